import copy
def with_item(items, item):
    items = copy.copy(items)
    items += [item]
    return items
