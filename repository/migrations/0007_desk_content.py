"""The reply texts that the desk begins with, who may change them, and what the publications that
are there share with their duplicates."""

from django.db import migrations

TEXTS = [
    (
        "changes",
        "The abstract is missing",
        "Thank you for your submission. Please add an abstract of about 150 words, so that readers"
        " can see what the publication is about and can find it.",
        "Gracias por su envío. Le rogamos que añada un resumen de unas 150 palabras, para que los"
        " lectores sepan de qué trata la publicación y puedan encontrarla.",
        "Nous vous remercions de votre soumission. Veuillez ajouter un résumé d’environ 150 mots,"
        " afin que les lecteurs sachent de quoi traite la publication et puissent la trouver.",
        "Dank u voor uw inzending. Voeg alstublieft een samenvatting van ongeveer 150 woorden toe,"
        " zodat lezers zien waar de publicatie over gaat en haar kunnen vinden.",
    ),
    (
        "changes",
        "Authors or year are missing",
        "Thank you for your submission. Please complete the record: the authors or the responsible"
        " body, and the year of publication, as they stand on the title page.",
        "Gracias por su envío. Le rogamos que complete el registro: los autores o la entidad"
        " responsable y el año de publicación, tal como figuran en la portada.",
        "Nous vous remercions de votre soumission. Veuillez compléter la notice : les auteurs ou"
        " l’organisme responsable et l’année de publication, tels qu’ils figurent sur la page de"
        " titre.",
        "Dank u voor uw inzending. Vul alstublieft het record aan: de auteurs of de"
        " verantwoordelijke instantie en het jaar van publicatie, zoals zij op de titelpagina"
        " staan.",
    ),
    (
        "changes",
        "The file can't be read",
        "Thank you for your submission. We could not read the file: it is damaged, locked with a"
        " password, or holds pictures of pages only. Please upload another copy, if possible one"
        " with text that can be searched.",
        "Gracias por su envío. No hemos podido leer el archivo: está dañado, protegido con"
        " contraseña o contiene solo imágenes de las páginas. Le rogamos que suba otra copia, a"
        " ser posible con texto en el que se pueda buscar.",
        "Nous vous remercions de votre soumission. Nous n’avons pas pu lire le fichier : il est"
        " endommagé, protégé par un mot de passe ou ne contient que des images des pages. Veuillez"
        " téléverser une autre copie, si possible avec un texte consultable.",
        "Dank u voor uw inzending. Wij konden het bestand niet lezen: het is beschadigd, met een"
        " wachtwoord beveiligd of bevat alleen afbeeldingen van pagina’s. Upload alstublieft een"
        " ander exemplaar, zo mogelijk met doorzoekbare tekst.",
    ),
    (
        "changes",
        "The licence is not clear",
        "Thank you for your submission. Please tell us under which licence the publication may be"
        " shared. If the rights belong to somebody else, give the address at which it can be read"
        " instead of the file.",
        "Gracias por su envío. Le rogamos que nos indique con qué licencia puede difundirse la"
        " publicación. Si los derechos pertenecen a otra persona o entidad, indique la dirección"
        " en la que puede leerse en lugar del archivo.",
        "Nous vous remercions de votre soumission. Veuillez nous indiquer sous quelle licence la"
        " publication peut être diffusée. Si les droits appartiennent à un tiers, donnez l’adresse"
        " où elle peut être lue plutôt que le fichier.",
        "Dank u voor uw inzending. Laat ons alstublieft weten onder welke licentie de publicatie"
        " mag worden verspreid. Als de rechten bij een ander berusten, geef dan het adres waar zij"
        " te lezen is in plaats van het bestand.",
    ),
    (
        "reject",
        "It is in the repository already",
        "Thank you for your submission. This publication is in the repository already, so we do"
        " not publish it again. If you have a newer version, please propose it as a new version of"
        " the record.",
        "Gracias por su envío. Esta publicación ya está en el repositorio, por lo que no la"
        " publicamos de nuevo. Si dispone de una versión más reciente, le rogamos que la proponga"
        " como nueva versión del registro.",
        "Nous vous remercions de votre soumission. Cette publication figure déjà dans le dépôt"
        " documentaire ; nous ne la publions donc pas une seconde fois. Si vous disposez d’une"
        " version plus récente, veuillez la proposer comme nouvelle version de la notice.",
        "Dank u voor uw inzending. Deze publicatie staat al in de repository;"
        " daarom publiceren wij haar niet opnieuw. Als u een nieuwere versie hebt, stel die dan"
        " voor als nieuwe versie van het record.",
    ),
    (
        "reject",
        "It is not about migration in the Caribbean",
        "Thank you for your submission. The repository collects publications about migration in"
        " the Caribbean. This one lies outside that subject, so we do not publish it.",
        "Gracias por su envío. El repositorio reúne publicaciones sobre la migración en el Caribe."
        " Esta queda fuera de ese ámbito, por lo que no la publicamos.",
        "Nous vous remercions de votre soumission. Le dépôt documentaire rassemble des"
        " publications sur la migration dans les Caraïbes. Celle-ci n’entre pas dans ce champ ; nous ne la publions"
        " donc pas.",
        "Dank u voor uw inzending. De repository verzamelt publicaties over migratie in het"
        " Caribisch gebied. Deze valt daarbuiten; daarom publiceren wij haar niet.",
    ),
]
MAY = {"Editors": ("add", "change"), "Moderators": ("add", "change", "delete")}


def fill(apps, schema_editor):
    reply_text = apps.get_model("repository", "ReplyText")
    for kind, title, *texts in TEXTS:
        languages = zip(("text_en", "text_es", "text_fr", "text_nl"), texts, strict=True)
        reply_text.objects.create(kind=kind, title=title, **dict(languages))
    kind = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="repository", model="replytext"
    )[0]
    groups = apps.get_model("auth", "Group").objects
    permissions = apps.get_model("auth", "Permission").objects
    for name, actions in MAY.items():
        group, _ = groups.get_or_create(name=name)
        for action in actions:
            permission, _ = permissions.get_or_create(
                content_type=kind,
                codename=f"{action}_replytext",
                defaults={"name": f"Can {action} reply text"},
            )
            group.permissions.add(permission)
    compare(apps)


def compare(apps):
    from repository.desk.duplicates import keys_of

    duplicate_key = apps.get_model("repository", "DuplicateKey")
    pages = apps.get_model("repository", "PublicationPage").objects
    rows = pages.values_list("pk", "translation_key", "draft_title", "doi").iterator(500)
    duplicate_key.objects.bulk_create(
        [
            duplicate_key(page_id=pk, group=group, value=value)
            for pk, group, title, doi in rows
            for value in sorted(keys_of(title, doi))
        ],
        batch_size=500,
    )


def empty(apps, schema_editor):
    titles = [title for _kind, title, *_texts in TEXTS]
    apps.get_model("repository", "ReplyText").objects.filter(title__in=titles).delete()


class Migration(migrations.Migration):
    dependencies = [("repository", "0006_desk"), ("repository", "0004_review")]
    operations = [migrations.RunPython(fill, empty)]
