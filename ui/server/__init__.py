"""The server: our own ASGI app with the page in it, its guards, sessions and files."""
