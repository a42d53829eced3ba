"""What can be done to the record: every command is a rule, then facts, in the caller's transaction."""
