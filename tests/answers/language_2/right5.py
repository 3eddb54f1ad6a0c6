def with_item(items, item):
    new = list(items)
    new.insert(len(new), item)
    return new
