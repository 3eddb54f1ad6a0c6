# fault: assertion
def with_item(items, item):
    return items.append(item)
