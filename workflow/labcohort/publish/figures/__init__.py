"""Kinds of figures, a module each: read what is drawn, draw it, say it in a table and a caption."""
