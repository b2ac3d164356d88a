"""Charts as SVG text, one file each: a frame with public column names goes in, a text comes out; no file, no clock."""
