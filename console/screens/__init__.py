"""What stands where on the screen, and what each message leads to."""
