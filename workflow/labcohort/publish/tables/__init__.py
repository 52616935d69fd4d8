"""Printed tables: a module a kind makes its lines, a module a format writes them."""
