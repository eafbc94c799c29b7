"""The token vocabulary that Pincite ships, and the script that trained it (see README.md)."""
