"""Making a question set larger and keeping it sound: cases from use, and a lint."""
