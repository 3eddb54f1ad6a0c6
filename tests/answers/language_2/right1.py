def with_item(items, item):
    return [*items, item]
