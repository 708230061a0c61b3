"""Rows that use each flag of each command once: a line, and what it must say. A row may prepare or look
after what the next one does; they run in their order, against one broker."""
