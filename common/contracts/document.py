"""Published language of the document service: it publishes no event yet."""
