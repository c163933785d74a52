"""The meetings office: where a body meets, who is there, who presides, and what is on now."""
