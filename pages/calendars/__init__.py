"""What calendars make of the events: iCalendar, Atom, structured data, months.

- ``changes``: how often, and when, an event has changed;
- ``entries``: the events of a feed with all that it says of them;
- ``icalendars``, ``zones``: RFC 5545 and RFC 7986;
- ``atom``: the feed of changes;
- ``structured``: an event in the terms of schema.org;
- ``months``: the month view.
"""
