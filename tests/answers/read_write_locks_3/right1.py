def page(name):
    with rw.read():
        text = look(name)
    if text is not None:
        return text
    with rw.write():
        text = look(name)
        if text is None:
            text = load_page(name)
            pages[name] = text
        return text
