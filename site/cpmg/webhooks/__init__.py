"""Webhooks: other servers are told what happens here, by the Standard Webhooks specification.

``outgoing.announce`` writes a delivery for each endpoint that wants the event, in the transaction
of the change; the queue sends it after the commit. Apps above say what happens, as
``pages.announcing`` does.
"""
