"""What the server answers at. Everything else is not found."""

import re

PAGE = "/"
# Where gradio's script calls functions of the page: answered by us, never by gradio.
CALLS = "/gradio_api/component_server/"
UPLOAD = "/upload"
# Where answers are printed: pages without a script, a picture or a form.
PRINTED = "/print/"
SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"

# gradio's page consists of these files, as seen in Chromium; they hold nothing of anybody's.
_PUBLIC = re.compile(
    r"/theme\.css|/favicon\.ico|/(?:assets|static/js)/[A-Za-z0-9_-][A-Za-z0-9._-]*"
)


def is_public(path: str) -> bool:
    """Whether a path, percent-decoded once as the server routes by it, is a file of gradio's that
    the page needs."""
    return bool(_PUBLIC.fullmatch(path))
