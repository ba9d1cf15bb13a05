"""For gunicorn and others: `gunicorn wsgi:app`, with settings from the environment and the database migrated before."""

from mediation.loading import loading

with loading():
    from mediation import log
    from mediation.app import create_app
    from mediation.settings import read

    settings = read()
    log.configure(production=settings.mode == "production")
    app = create_app(settings)
