from cordio import up

up()
