def page(name):
    with rw.read():
        text = look(name)
    if not text:
        with rw.write():
            if name not in pages:
                pages[name] = load_page(name)
            text = pages[name]
    return text
