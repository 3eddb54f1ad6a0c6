def with_item(items: list, item) -> list:
    """Gives a new list."""
    result = items.copy()
    result.append(item)
    return result
