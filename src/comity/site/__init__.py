"""The site: puts the offices together and serves them. Settings, addresses, theme, languages, sign-in pages, the server."""
