"""Documents, passages and retrieval. Knows nothing about questions' answers or interfaces."""
