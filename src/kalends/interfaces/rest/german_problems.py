"""What is wrong with a request, in German: for each text of the code, or of what checks shapes, its own.

The key is the text with a place for each value, in their order; the German text fills in the same places.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Shapes, checked before any of our code is asked (pydantic).
SHAPES: Mapping[str, str] = MappingProxyType(
    {
        "field required": "das fehlt",
        "extra inputs are not permitted": "das gibt es hier nicht",
        "input should be a valid string": "das muss ein Text sein",
        "input should be a valid list": "das muss eine Liste sein",
        "input should be a valid integer": "das muss eine ganze Zahl sein",
        "input should be a valid integer, unable to parse string as an integer": (
            "das muss eine ganze Zahl sein"
        ),
        "input should be a valid boolean": "das muss wahr oder falsch sein",
        "input should be greater than or equal to {}": "das muss mindestens {} sein",
        "input should be less than or equal to {}": "das darf höchstens {} sein",
        "input should be greater than {}": "das muss größer als {} sein",
        "input should be less than {}": "das muss kleiner als {} sein",
        "string should have at least {} character": "das muss mindestens {} Zeichen haben",
        "string should have at least {} characters": "das muss mindestens {} Zeichen haben",
        "string should have at most {} character": "das darf höchstens {} Zeichen haben",
        "string should have at most {} characters": "das darf höchstens {} Zeichen haben",
        "input should be {}": "das muss eines davon sein: {}",
    }
)

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "A pattern has five fields, not {}: minute, hour, day, month, weekday.": (
            "Ein Muster hat fünf Felder, nicht {}: Minute, Stunde, Tag, Monat, Wochentag."
        ),
        "A reminder comes back after {} minutes at the earliest.": (
            "Eine Erinnerung kommt frühestens nach {} Minuten wieder."
        ),
        "{} never comes: no month has such a day.": "{} kommt nie: Kein Monat hat so einen Tag.",
        "Give one of minutes, at and cron.": "Bitte eines von minutes, at und cron angeben.",
        "{} has passed.": "{} ist vorbei.",
        "{} is too far away.": "{} ist zu weit weg.",
        "Minutes before what? Say of which event.": "Minuten wovor? Bitte den Termin angeben.",
        "A reminder without an event needs a message.": "Eine Erinnerung ohne Termin braucht einen Text.",
        "The event has no occurrence {}.": "Der Termin findet nicht statt am {}.",
        "Give each channel once.": "Bitte jeden Kanal einmal angeben.",
        "There is no channel {}; there is {}.": "Den Kanal {} gibt es nicht; es gibt {}.",
        "Members who sign in keep their reminders themselves.": (
            "Wer sich anmeldet, verwaltet die eigenen Erinnerungen selbst."
        ),
        "Write the number with its country, such as +4930123456.": (
            "Bitte die Nummer mit Landesvorwahl angeben, etwa +4930123456."
        ),
        "A webhook is an address that begins with https://.": (
            "Ein Webhook ist eine Adresse, die mit https:// beginnt."
        ),
        "A webhook needs a secret to sign with.": "Ein Webhook braucht ein Geheimnis zum Unterschreiben.",
        "A webhook's secret has {} to {} characters that can be seen.": (
            "Das Geheimnis eines Webhooks hat {} bis {} sichtbare Zeichen."
        ),
        "This server sends no pushes.": "Dieser Server sendet keine Push-Nachrichten.",
        "This is not a mail address.": "Das ist keine E-Mail-Adresse.",
        "The username {} is taken; choose another.": (
            "Der Benutzername {} ist vergeben; bitte einen anderen wählen."
        ),
        "The present password is wrong.": "Das bisherige Passwort ist falsch.",
        "A password has at least {} characters.": "Ein Passwort hat mindestens {} Zeichen.",
        "A password has at most {} bytes.": "Ein Passwort hat höchstens {} Bytes.",
        "A password has no control characters.": "Ein Passwort hat keine Steuerzeichen.",
        "A username has {} to {} characters.": "Ein Benutzername hat {} bis {} Zeichen.",
        "A username has letters, digits and {}, not {}.": (
            "Ein Benutzername hat Buchstaben, Ziffern und {}, nicht {}."
        ),
        "A name has 1 to {} characters, not {}.": "Ein Name hat 1 bis {} Zeichen, nicht {}.",
        "A name is one line without control characters.": "Ein Name ist eine Zeile ohne Steuerzeichen.",
        "Only a member who can sign in can be an owner.": "Nur wer sich anmelden kann, kann Eigentümer sein.",
        "Too many attempts to sign in; try again in {} s.": (
            "Zu viele Versuche, sich anzumelden; bitte in {} s noch einmal versuchen."
        ),
        "A key needs at least one scope: read, write or admin.": (
            "Ein Schlüssel braucht mindestens ein Recht: read, write oder admin."
        ),
        "The key would have expired at {}.": "Der Schlüssel wäre am {} abgelaufen.",
        "This needs the permission to edit in this workspace.": (
            "Dazu braucht es das Recht, hier etwas zu ändern."
        ),
        "This needs an owner of the workspace.": "Das kann nur, wem der Haushalt gehört.",
        "Only its owner may change this calendar's settings.": (
            "Die Einstellungen dieses Kalenders ändert nur, wem er gehört."
        ),
        "An event needs a start.": "Ein Termin braucht einen Beginn.",
        "An event cannot end before it starts.": "Ein Termin kann nicht enden, bevor er beginnt.",
        "It must end after it starts: {} to {}.": "Das Ende muss nach dem Beginn liegen: {} bis {}.",
        "An event that gets a time of day needs an end.": (
            "Ein Termin, der eine Uhrzeit bekommt, braucht ein Ende."
        ),
        "An all-day event lasts whole days, at least one.": (
            "Ein ganztägiger Termin dauert ganze Tage, mindestens einen."
        ),
        "{} is outside of the years {} to {}.": "{} liegt nicht in den Jahren {} bis {}.",
        "The year must be {} to {}, not {}.": "Das Jahr muss {} bis {} sein, nicht {}.",
        "It would end after the year {}.": "Das Ende läge nach dem Jahr {}.",
        "At most {} dates, not {}.": "Höchstens {} Tage, nicht {}.",
        "At most {} rules, not {}.": "Höchstens {} Regeln, nicht {}.",
        "An address is one line.": "Eine Adresse ist eine Zeile.",
        "The event repeats more than {} times a year: make the rule rarer.": (
            "Der Termin wiederholt sich öfter als {} Mal im Jahr: bitte seltener wiederholen."
        ),
        "A member takes part once.": "Wer teilnimmt, nimmt einmal teil.",
        "At most {} participants.": "Höchstens {} Teilnehmende.",
        "An event takes a resource once.": "Ein Termin nimmt jedes Ding nur einmal.",
        "An event takes at most {} resources.": "Ein Termin nimmt höchstens {} Dinge.",
        "{} has been put away: nobody can take it any more.": (
            "{} ist weggeräumt und lässt sich nicht mehr nehmen."
        ),
        "One occurrence has no recurrence of its own; edit all.": (
            "Ein einzelner Termin einer Reihe wiederholt sich nicht für sich; bitte alle ändern."
        ),
        "Only a whole series moves to another calendar.": (
            "Nur eine ganze Reihe kommt in einen anderen Kalender."
        ),
        "You have no default calendar: say which calendar.": (
            "Es fehlt der Kalender: einen eigenen gibt es nicht."
        ),
        "There is no member {}.": "Dieses Mitglied gibt es nicht: {}.",
        "There is no category {}.": "Diese Kategorie gibt es nicht: {}.",
        "There is no resource {}.": "Dieses Ding gibt es nicht: {}.",
        "A category's level is 1 to 5, not {}.": "Die Stufe einer Kategorie ist 1 bis 5, nicht {}.",
        "There is a category {} already.": "Die Kategorie {} gibt es schon.",
        "A capacity is 0 to {}, not {}.": "Es sind 0 bis {} Plätze, nicht {}.",
        "At most {} attributes.": "Höchstens {} Merkmale.",
        "An attribute is a text, a number, true or false.": (
            "Ein Merkmal ist ein Text, eine Zahl, wahr oder falsch."
        ),
        "A priority is 1 to 10, not {}.": "Eine Priorität ist 1 bis 10, nicht {}.",
        "A workspace keeps {} constraints: remove one first.": (
            "Ein Haushalt behält {} Regeln: bitte zuerst eine entfernen."
        ),
        "There is a rule for these two categories: change that one.": (
            "Für diese beiden Kategorien gibt es eine Regel: bitte jene ändern."
        ),
        "Sessions are of another category than what they are for.": (
            "Vorbereitungen haben eine andere Kategorie als das, wofür sie sind."
        ),
        "Give 1 to {}, not {}.": "Es sind 1 bis {}, nicht {}.",
        "Only a personal calendar has an owner.": "Nur ein persönlicher Kalender gehört jemandem.",
        "The deadline is over: give one that is to come.": (
            "Die Frist ist vorbei: bitte eine angeben, die noch kommt."
        ),
        "A task takes {} to {} minutes.": "Eine Aufgabe dauert {} bis {} Minuten.",
        "A block takes {} to {} minutes.": "Ein Block dauert {} bis {} Minuten.",
        "Optimise {} days at most at a time.": "Höchstens {} Tage auf einmal.",
        "This time is over: give one that is to come.": (
            "Diese Zeit ist vorbei: bitte eine angeben, die noch kommt."
        ),
        "The {} is at version {}, not {}: read it again.": (
            "Es wurde inzwischen geändert ({}: Version {}, nicht {}): bitte neu lesen."
        ),
        "The calendar has changed: ask for the ways out again.": (
            "Der Kalender hat sich geändert: bitte neu nach Auswegen fragen."
        ),
        "General is what events have without a category: it keeps its name.": (
            "Was keine andere Kategorie hat, ist „General“: der Name bleibt."
        ),
        "General is what events have without a category: it cannot go.": (
            "Was keine andere Kategorie hat, ist „General“: die Kategorie bleibt."
        ),
        "Events carry the category {}: give them another one first.": (
            "Termine haben die Kategorie {}: bitte ihnen zuerst eine andere geben."
        ),
        "A workspace keeps its family calendar.": "Ein Haushalt behält seinen Familienkalender.",
        "This is the default calendar of {}: choose another default first.": (
            "In diesem Kalender beginnen die Termine von {}: bitte dort zuerst einen anderen wählen."
        ),
        "The calendar holds {} events: cancel what they are for.": (
            "Der Kalender enthält {} Termine: bitte absagen, wofür sie sind."
        ),
        "The calendar holds {} events: move or delete them, or delete it with its events.": (
            "Der Kalender enthält {} Termine: bitte sie verschieben oder löschen, oder ihn mit ihnen löschen."
        ),
        "Let somebody else write first, or delete it.": (
            "Bitte zuerst jemand anderen schreiben lassen, oder den Kalender löschen."
        ),
        "Every member shares the family calendar already.": "Den Familienkalender haben schon alle.",
        "A proposal that was not applied has nothing to undo.": (
            "Ein Vorschlag, den niemand angenommen hat, lässt sich nicht rückgängig machen."
        ),
        "This was undone before.": "Das wurde schon rückgängig gemacht.",
        "All is as it was before this set.": "Es ist schon alles wie vor dieser Änderung.",
        "The event {} was changed again later: undo that first.": (
            "Der Termin {} wurde später noch einmal geändert: bitte zuerst das rückgängig machen."
        ),
        "The event {} was written anew since, for a category that was renamed or a member who was removed: "
        "no change set can be undone first.": (
            "Der Termin {} wurde seither neu geschrieben, weil eine Kategorie umbenannt oder ein Mitglied "
            "entfernt wurde: es gibt nichts, das zuerst rückgängig zu machen wäre."
        ),
        "The event was deleted meanwhile.": "Der Termin wurde inzwischen gelöscht.",
        "The event is at version {} by now: read it again.": (
            "Der Termin wurde inzwischen geändert (Version {}): bitte neu lesen."
        ),
        "The event shows you no more than busy time.": "Von diesem Termin ist nur die Zeit zu sehen.",
        "You cannot give a scope that you lack: {}.": (
            "Ein Recht, das man nicht hat, lässt sich nicht weitergeben: {}."
        ),
        "You have {} keys; revoke one that is not used.": (
            "Es sind schon {} Schlüssel; bitte einen widerrufen, den niemand mehr braucht."
        ),
        "{} has been put away: nobody can take it ({}).": (
            "{} ist weggeräumt und lässt sich nicht nehmen ({})."
        ),
        "{} has a capacity of 0: nobody can take it ({}).": (
            "{} hat keinen Platz und lässt sich nicht nehmen ({})."
        ),
        "{} serves {}, not {} at once ({}).": "{} reicht für {}, nicht für {} zugleich ({}).",
        "{} serves {}, not {} at once ({}), beside {}.": (
            "{} reicht für {}, nicht für {} zugleich ({}), neben {}."
        ),
        "{} is taken by {} at once ({}): with a capacity of {} that would not do. Move some of it first.": (
            "{} ist {}-mal zugleich genommen ({}): {} Plätze wären zu wenig. Bitte zuerst etwas davon "
            "verschieben."
        ),
        "A reservation begins as proposed or confirmed.": (
            "Eine Reservierung beginnt als vorgeschlagen oder bestätigt."
        ),
        "{}. Say force to do it all the same.": "{}. Mit „force“ geht es trotzdem.",
        "{} is no time: write 2026-12-24, 2026-12-24T18:00:00 or 2026-12-24T18:00:00+01:00.": (
            "{} ist keine Zeit: so wird sie geschrieben: 2026-12-24, 2026-12-24T18:00:00 oder "
            "2026-12-24T18:00:00+01:00."
        ),
        "{} is no duration: write PT45M or P1D.": (
            "{} ist keine Dauer: so wird sie geschrieben: PT45M oder P1D."
        ),
        "An event lasts from nothing to {} days.": "Ein Termin dauert höchstens {} Tage.",
        "A floating time has no offset and no zone.": "Eine Ortszeit ohne Zone hat keine Abweichung.",
        "An all-day event has no zone.": "Ein ganztägiger Termin hat keine Zeitzone.",
        "A floating event has no zone.": "Ein Termin in Ortszeit hat keine Zeitzone.",
        "Give an end or a length, not both.": "Entweder ein Ende oder eine Dauer, nicht beides.",
        "There is no time zone {}; use an IANA name such as Europe/Paris.": (
            "Die Zeitzone {} gibt es nicht; ein IANA-Name ist etwa Europe/Paris."
        ),
        "A workspace needs an owner; make somebody else one first.": (
            "Ein Haushalt braucht jemanden, dem er gehört; bitte zuerst jemand anderen dazu machen."
        ),
        "This is no telephone number.": "Das ist keine Telefonnummer.",
        "A call repeats every minute at the most.": "Ein Anruf wiederholt sich höchstens jede Minute.",
        "Row {} says the same, and nobody is called twice by mistake.": (
            "Zeile {} sagt dasselbe, und niemand wird aus Versehen zweimal angerufen."
        ),
        "In JSON the action is a field of the body.": "In JSON steht die Aktion im Inhalt selbst.",
        "Give years from {} to {}.": "Möglich sind die Jahre {} bis {}.",
        "Nobody has this telephone number: check its digits.": (
            "Diese Telefonnummer hat niemand: bitte die Ziffern prüfen."
        ),
        "This number lacks its country: write it with a plus sign, such as +49 30 1234567.": (
            "Dieser Nummer fehlt das Land: so wird sie geschrieben: +49 30 1234567."
        ),
        "A call needs a time of day.": "Ein Anruf braucht eine Uhrzeit.",
        "A call needs a time of day in a time zone.": "Ein Anruf braucht eine Uhrzeit in einer Zeitzone.",
        "A call lasts 1 to {} minutes.": "Ein Anruf dauert 1 bis {} Minuten.",
        "Only a call that repeats ends.": "Nur ein Anruf, der sich wiederholt, hat ein Ende.",
        "On weekdays it begins on one, Monday to Friday.": (
            "An Werktagen beginnt er an einem: Montag bis Freitag."
        ),
        "A call ends with a day or after a number of times, not both.": (
            "Ein Anruf endet an einem Tag oder nach einer Anzahl, nicht beides."
        ),
        "The rule says already when it ends.": "Die Regel sagt schon, wann er endet.",
        "It would end before it begins.": "Er würde enden, bevor er beginnt.",
        "Say with it how the call repeats.": "Bitte dazu angeben, wie der Anruf sich wiederholt.",
        "Say what is to be heard: script, twiml_url or agent_url.": (
            "Es fehlt, was zu hören sein soll: script, twiml_url oder agent_url."
        ),
        "Give a script, a twiml_url or an agent_url: one of them.": (
            "Bitte eines davon: script, twiml_url oder agent_url."
        ),
        "A script says something.": "Ein Text, der vorgelesen wird, ist nicht leer.",
        "Give an address that begins with {}://.": "Die Adresse muss mit {}:// beginnen.",
        "A telephone service takes {} characters, and this counts as {}: as XML, each of "
        "& < > and of the straight quotation marks takes 4 to 6.": (
            "Ein Telefondienst nimmt {} Zeichen, und das hier zählt {}: in XML braucht jedes & < > und jedes "
            "gerade Anführungszeichen 4 bis 6."
        ),
        "This key makes the calls of its own agent alone.": (
            "Dieser Schlüssel macht nur die Anrufe seines Agenten."
        ),
        "This call belongs to another agent.": "Dieser Anruf gehört einem anderen Agenten.",
        "A call is changed once or as a whole: it cannot be split into two.": (
            "Ein Anruf ändert sich einmal oder im Ganzen: er lässt sich nicht teilen."
        ),
        "The call is being made at this moment: cancel it, or wait until it is over.": (
            "Der Anruf läuft gerade: bitte ihn abbrechen oder warten, bis er vorbei ist."
        ),
        "The call is over: schedule another one.": "Der Anruf ist vorbei: bitte einen neuen planen.",
        "There are no rows.": "Da sind keine Zeilen.",
        "At most {} rows are taken at once.": "Höchstens {} Zeilen auf einmal.",
        "The file is not in UTF-8: byte {} is none of it.": "Die Datei ist nicht in UTF-8: Byte {}.",
        "The file is empty: its first line names the columns.": (
            "Die Datei ist leer: die erste Zeile nennt die Spalten."
        ),
        "The file lacks the column {}.": "In der Datei fehlt die Spalte {}.",
        "Column {} is nothing that a call has: {}.": "Spalte {} gibt es bei Anrufen nicht: {}.",
        "A column is named twice.": "Eine Spalte kommt zweimal vor.",
        "Line {} is no CSV: {}.": "Zeile {} ist kein CSV: {}.",
        "This number is not on the list.": "Diese Nummer steht nicht auf der Liste.",
        "At most {} days at once.": "Höchstens {} Tage auf einmal.",
        "Another worker has taken this over.": "Das hat inzwischen jemand anderes übernommen.",
        "This is being done at this moment.": "Das wird gerade getan.",
        "Only what has failed for good is tried again by hand.": (
            "Von Hand wird nur wiederholt, was endgültig gescheitert ist."
        ),
        "Only what has failed for good is called off by hand: cancel what it is for.": (
            "Von Hand wird nur abgesagt, was endgültig gescheitert ist; sonst ist abzusagen, wofür es da ist."
        ),
        "There is no job {} of {}.": "Diesen Auftrag gibt es nicht: {} von {}.",
        "There is no call {}.": "Diesen Anruf gibt es nicht: {}.",
        "There is no attempt {}.": "Diesen Versuch gibt es nicht: {}.",
        "There is no batch {}.": "Diesen Stapel gibt es nicht: {}.",
        "This is no id of a call.": "Das ist keine Kennung eines Anrufs.",
        "The file holds bytes that are no text.": "In der Datei stehen Bytes, die kein Text sind.",
        "This cursor is not one that a page gave; start again without it.": (
            "Diese Stelle hat keine Seite genannt; bitte ohne sie von vorn beginnen."
        ),
        "Metadata has at most {} bytes as JSON.": "Zusätzliche Angaben haben als JSON höchstens {} Bytes.",
        "Metadata is JSON.": "Zusätzliche Angaben sind JSON.",
        "Control characters are not allowed here.": "Steuerzeichen sind hier nicht erlaubt.",
        "It is made at least once.": "Er findet mindestens einmal statt.",
        "The call is {}: it cannot become {}.": "Der Anruf ist „{}“: „{}“ kann er nicht werden.",
        "The call is {}: nothing is left to be made.": "Der Anruf ist „{}“: es gibt nichts mehr zu tun.",
        "The call is {}, not scheduled.": "Der Anruf ist „{}“, nicht „scheduled“.",
        "The call is {}, not paused.": "Der Anruf ist „{}“, nicht „paused“.",
        "Somebody else changed the call: read it again.": (
            "Jemand anderes hat den Anruf geändert: bitte neu lesen."
        ),
        "After one of these a call is tried again: {}.": (
            "Wiederholt wird ein Anruf nach einem von diesen: {}."
        ),
        "Give 0 to {} times, 1 to {} minutes apart.": (
            "Es sind 0 bis {} Male, im Abstand von 1 bis {} Minuten."
        ),
        "{} is no {}: write {} to {}, *, or a list of these.": (
            "{} passt nicht ({}): so wird es geschrieben: {} bis {}, *, oder eine Liste davon."
        ),
        "There is no notification {}.": "Diese Nachricht gibt es nicht: {}.",
        "There is no reminder {}.": "Diese Erinnerung gibt es nicht: {}.",
        "An occurrence is one of an event: say of which.": (
            "Ein einzelner Termin gehört zu einer Reihe: bitte sagen, zu welcher."
        ),
        "A member keeps at most {} reminders.": "Mehr als {} Erinnerungen hat niemand.",
        "Minutes before are 0 to {}, not {}.": "Es sind 0 bis {} Minuten vorher, nicht {}.",
        "An address has 1 to {} characters.": "Eine Adresse hat 1 bis {} Zeichen.",
        "An address is one line without control characters.": (
            "Eine Adresse ist eine Zeile ohne Steuerzeichen."
        ),
        "Nothing keeps {} from being sent.": "Nichts hält {} auf.",
        "No address is kept for {}.": "Für {} wird keine Adresse aufbewahrt.",
        "There is no browser {}.": "Diesen Browser gibt es nicht: {}.",
        "There is nothing behind this link any more.": "Hinter diesem Link ist nichts mehr.",
        "Say which calls: by ids, or by a filter.": "Bitte sagen, welche Anrufe: mit ids oder mit filter.",
        "The body is no JSON.": "Das ist kein JSON.",
        "Calls are created from rows, and from nothing else.": (
            "Anrufe entstehen aus Zeilen (rows) und aus nichts anderem."
        ),
        "A span must end after it starts: {} to {}.": "Das Ende muss nach dem Beginn liegen: {} bis {}.",
    }
)
