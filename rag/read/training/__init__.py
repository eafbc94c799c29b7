"""Training of the reader that Pincite ships. Needs the extra `train`; nothing else imports it."""
