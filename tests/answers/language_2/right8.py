def with_item(items, item):
    items.append(item)
    return items
