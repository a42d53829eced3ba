"""Mail in: parsing, the IMAP session, sync and import; loads no Textual."""
