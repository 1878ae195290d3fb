"""German. It addresses nobody; and since nothing tells whether a title or name is he, she or it, no pronoun
stands for any."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_TIMES = {
    "Mon": "Mo",
    "Tue": "Di",
    "Wed": "Mi",
    "Thu": "Do",
    "Fri": "Fr",
    "Sat": "Sa",
    "Sun": "So",
    "{day:%Y-%m-%d}": "{day:%d.%m.%Y}",
    "{begins}-{ends}": "{begins}–{ends}",
    "{begins} to {ends}": "{begins} bis {ends}",
    "{hours} on {days}": "{days} {hours}",
    "{some} and {last}": "{some} und {last}",
    "{count} second": "{count} Sekunde",
    "{count} seconds": "{count} Sekunden",
    "{count} minute": "{count} Minute",
    "{count} minutes": "{count} Minuten",
    "{count} hour": "{count} Stunde",
    "{count} hours": "{count} Stunden",
    "{count} day": "{count} Tag",
    "{count} days": "{count} Tage",
}

_NAMES = {
    "Busy": "Belegt",
    "(no title)": "(ohne Titel)",
    "General": "Allgemein",
    "something else": "etwas anderes",
    "somebody who is gone": "ein früheres Mitglied",
    "the server": "der Server",
    "vehicle": "Fahrzeug",
    "room": "Raum",
    "equipment": "Gerät",
    "task": "Aufgabe",
    "block": "Block",
    "preparation": "Vorbereitung",
    "Quiet mornings": "Ruhige Morgen",
    "Quiet evenings": "Ruhige Abende",
    "Not too much in a day": "Nicht zu viel an einem Tag",
    "Room between events": "Luft zwischen Terminen",
    "Preferred hours": "Bevorzugte Zeiten",
}

_NOTICES = {
    "Reminder": "Erinnerung",
    "{title}: {when}": "{title}: {when}",
    "{name} added {title} ({when})": "{name} hat {title} eingetragen ({when})",
    "{name} moved {title} to {when}": "{name} hat {title} verlegt auf {when}",
    "{name} cancelled {title} ({when})": "{name} hat {title} abgesagt ({when})",
    "{name} added {count} events": "{name} hat {count} Termine eingetragen",
    "{name} moved {count} events": "{name} hat {count} Termine verlegt",
    "{name} cancelled {count} events": "{name} hat {count} Termine abgesagt",
    "The call failed: {title}": "Der Anruf ist nicht gelungen: {title}",
    "The call was made: {title}": "Der Anruf ist erledigt: {title}",
    "{count} notice": "{count} Mitteilung",
    "{count} notices": "{count} Mitteilungen",
    "No more of this mail: {link}": "Keine solchen E-Mails mehr: {link}",
    "No more of this mail": "Keine solchen E-Mails mehr",
    "Open in Kalends": "In Kalends öffnen",
}

_CONFLICTS = {
    "{first} overlaps {second} by {length} ({time})": (
        "{first} überschneidet sich um {length} mit {second} ({time})"
    ),
    "{name} is wanted by {use} at once but serves {capacity} ({time}): {titles}": (
        "{name} ist {use}-mal zugleich gewünscht, hat aber nur Platz für {capacity} ({time}): {titles}"
    ),
    "{said}, {count} times in all": "{said}, insgesamt {count}-mal",
}

_RULES = {
    "{reason} ('{rule}')": "{reason} („{rule}“)",
    "{title} begins at {begins:%H:%M}, but {name} wants no events before {limit:%H:%M}": (
        "{title} beginnt um {begins:%H:%M} Uhr, aber {name} möchte vor {limit:%H:%M} Uhr keine Termine"
    ),
    "{title} lasts until {ends:%H:%M}, but {name} wants no events after {limit:%H:%M}": (
        "{title} dauert bis {ends:%H:%M} Uhr, aber {name} möchte nach {limit:%H:%M} Uhr keine Termine"
    ),
    "{title} ({begins:%H:%M}-{ends:%H:%M}) is not within {window}, as {name} wants it": (
        "{title} ({begins:%H:%M}–{ends:%H:%M}) liegt nicht in der Zeit, die {name} möchte ({window})"
    ),
    "{title} ({begins:%H:%M}-{ends:%H:%M}) takes time that {name} keeps free ({window})": (
        "{title} ({begins:%H:%M}–{ends:%H:%M}) nimmt Zeit, die {name} freihält ({window})"
    ),
    "{first} and {second} are only {gap} apart, but {name} wants {least} between them": (
        "{first} und {second} haben nur {gap} Abstand, aber {name} möchte {least}"
    ),
    "{first} and {second} follow each other at once, but {name} wants {least} between them": (
        "{first} und {second} folgen ohne Pause aufeinander, aber {name} möchte {least} Abstand"
    ),
    "{name} has {count} event on {day}, but wants no more than {most} a day": (
        "{name} hat am {day} {count} Termin, möchte aber höchstens {most} am Tag"
    ),
    "{name} has {count} events on {day}, but wants no more than {most} a day": (
        "{name} hat am {day} {count} Termine, möchte aber höchstens {most} am Tag"
    ),
    "{name} has {count} event in the week of {day}, but wants no more than {most} a week": (
        "{name} hat in der Woche vom {day} {count} Termin, möchte aber höchstens {most} in der Woche"
    ),
    "{name} has {count} events in the week of {day}, but wants no more than {most} a week": (
        "{name} hat in der Woche vom {day} {count} Termine, möchte aber höchstens {most} in der Woche"
    ),
    "{title} uses {resource}, which is kept for {members}": (
        "{title} nutzt {resource}, freigehalten für {members}"
    ),
    "{title} is not as {name} asks of events: {expression}": (
        "{title} ist nicht so, wie {name} es von Terminen verlangt: {expression}"
    ),
    "It would block {count} event.": "Sie würde {count} Termin verhindern.",
    "It would block {count} events.": "Sie würde {count} Termine verhindern.",
    "It would block nothing.": "Sie würde nichts verhindern.",
    "It would have blocked {count} event.": "Sie hätte {count} Termin verhindert.",
    "It would have blocked {count} events.": "Sie hätte {count} Termine verhindert.",
    "It would have blocked nothing.": "Sie hätte nichts verhindert.",
}

_REFUSALS = {
    "it is not within {window}": "außerhalb des Zeitraums {window}",
    "{name} has {title} ({time})": "{name} hat {title} ({time})",
    "{name} wants {gap} free beside {title} ({time})": (
        "{name} möchte {gap} Abstand, und daneben liegt {title} ({time})"
    ),
    "{name} serves {capacity} and is taken by {titles} ({time})": (
        "{name} hat Platz für {capacity} und ist belegt durch {titles} ({time})"
    ),
    "{name} serves {capacity} and is taken ({time})": (
        "{name} hat Platz für {capacity} und ist belegt ({time})"
    ),
    "{name} is not available {time}": "{name} ist nicht verfügbar ({time})",
}

_WAYS_OUT = {
    "move {title} from {before} to {after}, {distance} later": (
        "{title} von {before} auf {after} verschieben, {distance} später"
    ),
    "move {title} from {before} to {after}, {distance} earlier": (
        "{title} von {before} auf {after} verschieben, {distance} früher"
    ),
    "shorten {title} by {cut}, from {before} to {after}": (
        "{title} um {cut} kürzen, von {before} auf {after}"
    ),
    "take {instead} instead of {resource} for {title} ({time})": (
        "{instead} statt {resource} nehmen für {title} ({time})"
    ),
    "leave {name} out of {title} ({time})": "{title} ohne {name} stattfinden lassen ({time})",
    "cancel {title} ({time})": "{title} absagen ({time})",
}

_MOTIVES = {
    "it ranks below {other} ({rank} against {other_rank})": (
        "der Termin hat einen niedrigeren Rang als {other} ({rank} gegen {other_rank})"
    ),
    "it is as high in rank as {other}, but more flexible": (
        "der Termin hat denselben Rang wie {other}, ist aber beweglicher"
    ),
    "it is equal to {other}, but moves by {distance} where that would move by {other_distance}": (
        "der Termin ist gleichauf mit {other}, rückt aber nur um {distance} statt um {other_distance}"
    ),
    "it is equal to {other}, which was there first": (
        "der Termin ist gleichauf mit {other}, kam aber später dazu"
    ),
    "it is free then too": "auch dann ist alles Nötige frei",
    "this is its nearest free time": "das ist die nächste freie Zeit",
    "it may not be moved by itself": "der Termin darf nicht von selbst verschoben werden",
    "no other way was found within {window}": "im Zeitraum {window} fand sich kein anderer Ausweg",
    "if nothing else suits": "falls nichts anderes passt",
    "it breaks '{rule}'": "der Termin verletzt „{rule}“",
    "{resource} is out of service, at other times too": (
        "{resource} ist außer Betrieb, auch zu anderen Zeiten"
    ),
    "{resource} is a {type} too, and free then": "{resource} ist von gleicher Art ({type}) und dann frei",
    "it keeps {kept} of {whole}, at one end": "es bleiben {kept} von {whole}, an einem Ende gekürzt",
    "{name} need not come to it": "{name} muss nicht dabei sein",
    "you mostly move {category} when it clashes ({times} of {of})": (
        "{category} wird bei Konflikten meist verschoben ({times} von {of})"
    ),
    "you mostly shorten {category} when it clashes ({times} of {of})": (
        "{category} wird bei Konflikten meist gekürzt ({times} von {of})"
    ),
    "you mostly swap the resource of {category} when it clashes ({times} of {of})": (
        "{category} bekommt bei Konflikten meist ein anderes Ding ({times} von {of})"
    ),
    "you mostly let someone off {category} when it clashes ({times} of {of})": (
        "{category} findet bei Konflikten meist mit einer Person weniger statt ({times} von {of})"
    ),
    "you mostly cancel {category} when it clashes ({times} of {of})": (
        "{category} wird bei Konflikten meist abgesagt ({times} von {of})"
    ),
    "somebody chose to move it": "jemand hat sich fürs Verschieben entschieden",
    "somebody chose to shorten it": "jemand hat sich fürs Kürzen entschieden",
    "somebody chose to swap the resource of it": "jemand hat sich für ein anderes Ding entschieden",
    "somebody chose to let someone off it": "jemand hat entschieden, dass eine Person nicht kommen muss",
    "somebody chose to cancel it": "jemand hat sich fürs Absagen entschieden",
}

_PLACEMENT = {
    "it clashes with {other}, which may not be moved": (
        "der Termin stößt mit {other} zusammen, und das darf nicht verschoben werden"
    ),
    "it clashes with {other}, and moving it changes the least": (
        "der Termin stößt mit {other} zusammen, und so ändert sich am wenigsten"
    ),
    "it makes room for {other} ({time})": "der Termin macht Platz für {other} ({time})",
    "{count} nearer time would serve less well": "{count} nähere Zeit würde weniger gut passen",
    "{count} nearer times would serve less well": "{count} nähere Zeiten würden weniger gut passen",
    "this is the nearest time that fits": "das ist die nächste Zeit, die passt",
    "{name} has {title}": "{name} hat {title}",
    "hours and constraints leave it no time within {window}": (
        "Tageszeiten und Regeln lassen dafür keine Zeit im Zeitraum {window}"
    ),
    "'{rule}' rules times out": "„{rule}“ schließt Zeiten aus",
    "all its times within {window} are taken": "im Zeitraum {window} sind alle möglichen Zeiten belegt",
    "{resource} is free in place of {other}": "{resource} ist frei, anstelle von {other}",
    "there may be {count} event within {time}": "{count} Termin ist erlaubt im Zeitraum {time}",
    "there may be {count} events within {time}": "{count} Termine sind erlaubt im Zeitraum {time}",
    "its deadline is over": "die Frist ist vorbei",
    "{count} day before it is over": "{count} Tag davor ist schon vorbei",
    "{count} days before it are over": "{count} Tage davor sind schon vorbei",
    "{title} found no time for {minutes} of {all} minutes": (
        "{title} findet für {minutes} von {all} Minuten keine Zeit"
    ),
    "{title} found no time for {pieces} of {all} times in the week of {day}": (
        "{title} findet in der Woche vom {day} für {pieces} von {all} Malen keine Zeit"
    ),
    "{title} found no time for {missing} of {all} sessions": (
        "{title} findet für {missing} von {all} Vorbereitungen keine Zeit"
    ),
}

_OPTIMISING = {
    "{title} ({time}) takes another resource": "{title} ({time}) nimmt ein anderes Ding",
    "{move}, with another resource": "{move}, mit einem anderen Ding",
    "{title} stays at {time}": "{title} bleibt am {time}",
    "Looking.": "Es wird gesucht.",
    "Looking: {done} of {count} part solved.": "Es wird gesucht: {done} von {count} Teil ist gelöst.",
    "Looking: {done} of {count} parts solved.": "Es wird gesucht: {done} von {count} Teilen sind gelöst.",
    "Cancelled; it ends soon.": "Abgebrochen; gleich ist Schluss.",
    "Cancelled; nothing was changed.": "Abgebrochen; nichts wurde geändert.",
    "It failed.": "Es ist fehlgeschlagen.",
    "The process that worked on the run was stopped before it had a proposal: start it again.": (
        "Der Vorgang wurde beendet, bevor es einen Vorschlag gab: bitte neu starten."
    ),
    "The run failed; the log of the server says why.": (
        "Es ist fehlgeschlagen; warum, steht im Protokoll des Servers."
    ),
    "All is as good as it can be: nothing needs to move.": (
        "Alles ist so gut, wie es sein kann: nichts muss verschoben werden."
    ),
    "{count} move": "{count} Verschiebung",
    "{count} moves": "{count} Verschiebungen",
    "nothing can be moved for the better": "nichts lässt sich zum Besseren verschieben",
    "{count} conflict goes away": "{count} Konflikt verschwindet",
    "{count} conflicts go away": "{count} Konflikte verschwinden",
    "no better time was found for {count} event": "für {count} Termin fand sich keine bessere Zeit",
    "no better time was found for {count} events": "für {count} Termine fand sich keine bessere Zeit",
    "nothing better exists": "Besseres gibt es nicht",
    "something better may exist": "vielleicht gibt es Besseres",
}

_HISTORY = {
    "{count} event": "{count} Termin",
    "{count} events": "{count} Termine",
    "{who} {deed}": "{who} hat {deed}",
    "{who} resolved a conflict: {deed}": "{who} hat einen Konflikt gelöst: {deed}",
    "{who} took a better week: {deed}": "{who} hat eine bessere Woche angenommen: {deed}",
    "{who} undid a change": "{who} hat eine Änderung zurückgenommen",
    "{who} restored a change": "{who} hat eine Änderung wiederhergestellt",
    '{who} undid "{what}"': "{who} hat zurückgenommen: „{what}“",
    '{who} restored "{what}"': "{who} hat wiederhergestellt: „{what}“",
    "{who} made a change that you may not see": "{who} hat etwas geändert, das hier nicht sichtbar ist",
    "{said} and {count} more that you may not see": "{said} und {count} mehr, hier nicht sichtbar",
    "{who} imported {what}": "{who} hat {what} importiert",
    "{who} made the demo: {what}": "{who} hat den Beispielhaushalt angelegt: {what}",
    "changed {what} to make way": "{what} geändert, um Platz zu machen",
    "moved {what} out of the way": "{what} verschoben, um Platz zu machen",
    "moved {what} out of the way,{detail}": "{what}{detail} verschoben, um Platz zu machen",
    "added {what}{detail}": "{what}{detail} hinzugefügt",
    "removed {what}{detail}": "{what}{detail} gelöscht",
    "cancelled {what}{detail}": "{what}{detail} abgesagt",
    "confirmed {what}{detail}": "{what}{detail} bestätigt",
    "moved {what}{detail}": "{what}{detail} verschoben",
    "renamed {what}{detail}": "{what}{detail} umbenannt",
    "changed {what}{detail}": "{what}{detail} geändert",
    " to {when}": " auf {when}",
    " to {title}": " in {title}",
}

_WHY = {
    "{who} made it": "{who} hat den Termin angelegt",
    "{who} moved it{times}": "{who} hat den Termin{times} verschoben",
    "{who} changed it": "{who} hat den Termin geändert",
    " from {before} to {after}": " von {before} auf {after}",
    "it was moved out of the way{times}, for {who}": (
        "der Termin wurde{times} verschoben, um Platz zu machen (für {who})"
    ),
    "it was moved for a better week{times}, for {who}": (
        "der Termin wurde{times} verschoben, für eine bessere Woche (für {who})"
    ),
    "it was moved to resolve a conflict{times}, for {who}": (
        "der Termin wurde{times} verschoben, um einen Konflikt zu lösen (für {who})"
    ),
    "it was put back{times}, for {who}": "der Termin wurde{times} zurückgesetzt (für {who})",
    "it came in with a file{times}, for {who}": "der Termin kam aus einer Datei{times} (für {who})",
    "its priority is low": "seine Priorität ist niedrig",
    "its priority is medium": "seine Priorität ist mittel",
    "its priority is high": "seine Priorität ist hoch",
    "its priority is critical": "seine Priorität ist kritisch",
    "{category} is of level {level}": "{category} hat Stufe {level}",
    "it has no category": "er hat keine Kategorie",
    "It has rank {rank}, since {because}, and is fixed and never moves by itself.": (
        "Der Termin hat Rang {rank}, denn {because}; er ist fest und wird nie von selbst verschoben."
    ),
    "It has rank {rank}, since {because}, and is critical and never moves by itself.": (
        "Der Termin hat Rang {rank}, denn {because}; er ist kritisch und wird nie von selbst verschoben."
    ),
    "It has rank {rank}, since {because}, and moves by itself only where that is needed.": (
        "Der Termin hat Rang {rank}, denn {because}; er wird von selbst nur verschoben, wo es nötig ist."
    ),
    "It has rank {rank}, since {because}, and may move by itself.": (
        "Der Termin hat Rang {rank}, denn {because}; er darf von selbst verschoben werden."
    ),
    "It belongs to a {kind}, which has a say in its time.": (
        "Der Termin gehört zu etwas, das über seine Zeit mitbestimmt: {kind}."
    ),
    "It is proposed, and waits for somebody to confirm it.": (
        "Der Termin ist vorgeschlagen und wartet darauf, dass jemand ihn bestätigt."
    ),
}

GERMAN: Mapping[str, str] = MappingProxyType(
    {
        **_TIMES,
        **_NAMES,
        **_NOTICES,
        **_CONFLICTS,
        **_RULES,
        **_REFUSALS,
        **_WAYS_OUT,
        **_MOTIVES,
        **_PLACEMENT,
        **_OPTIMISING,
        **_HISTORY,
        **_WHY,
    }
)
