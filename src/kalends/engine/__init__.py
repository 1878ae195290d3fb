"""Pure scheduling: functions over values, with no database, clock or network."""
