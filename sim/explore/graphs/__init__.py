"""The state graph for people: its format, the files that it is written to, and what follows from its cycles."""
