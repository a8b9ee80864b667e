"""The forum: one for each network and one for all members.

``discussing`` holds all that changes a discussion, ``access`` who may read and who moderates, and
``formatting`` what becomes of the Markdown that people write.
"""
