def with_item(items, item):
    return [x for x in items] + [item]
