# fault: assertion
def page(name):
    with rw.read():
        text = look(name)
    if text is None:
        text = load_page(name)
        with rw.write():
            pages[name] = text
    return text
