"""The exchange protocol as 1C speaks it: calls, replies, versions, errors.

Pure: no Django, no XML.
"""
