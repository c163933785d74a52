"""The consultations office: whom we ask. Statements, who takes part, moderation, and what was found."""
