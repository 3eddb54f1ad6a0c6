def listen(red, blue):
    open_lines = [red, blue]
    s = 0
    while open_lines:
        got = select(open_lines)
        if got.ok:
            s += got.value
        else:
            open_lines.pop(got.index)
    return s
