"""What the page shows, as plain JSON-able records. Pure: no gradio, no HTML.

The page puts every text of these records into text nodes, so nothing here is escaped. Ranges are
cut here, in code points; the page, whose strings are UTF-16, never counts characters.
"""
