"""Saved searches, and letters about what is new in them.

``arrivals`` notes, in the transaction of the change, that a publication became readable;
``matching`` compares what arrived with all saved searches at once; ``sending`` writes letters.
"""
