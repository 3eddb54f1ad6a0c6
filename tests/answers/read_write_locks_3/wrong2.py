# fault: not-together
def page(name):
    with rw.write():
        text = look(name)
        if text is None:
            text = load_page(name)
            pages[name] = text
        return text
