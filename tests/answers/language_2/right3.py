with_item = lambda items, item: items + [item]
