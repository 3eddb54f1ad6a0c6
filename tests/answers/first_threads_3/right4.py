from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as ex:
    ex.submit(boil_tea)
    ex.submit(boil_egg)
serve()
