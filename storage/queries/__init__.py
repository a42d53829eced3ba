"""What is asked of the record: every question takes a session and gives frozen views back."""
