"""Configuration: where things lie, what the agent has chosen, and where secrets are; loads no Textual."""
