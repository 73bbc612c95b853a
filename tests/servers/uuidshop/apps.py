from django.apps import AppConfig


class UuidShopConfig(AppConfig):
    name = "tests.servers.uuidshop"
    label = "uuidshop"
