"""What the page may ask of the server: plain JSON in, plain JSON out. No gradio.

Every request is one JSON object from one owner (see `ui.server.sessions`). What a person can mend
comes back as `{"error": message}`; a malformed request raises ValueError, which the page never
causes.
"""

from ui.desk.desk import Desk

__all__ = ["Desk"]
