"""Drawing: what the screens are made of; widgets take views and give messages."""
