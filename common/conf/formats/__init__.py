"""How dates and numbers are written and read here, where Django's own formats would mislead readers in Kuwait."""
