"""Titles and abstracts in four languages, as publications on migration have them; by chance."""

from __future__ import annotations

import random

#: The same eight subjects in each language.
SUBJECTS = {
    "en": (
        *("labour migration", "border management", "displacement after hurricanes"),
        *("remittances of the diaspora", "refugee protection", "health of migrants"),
        *("trafficking in persons", "free movement of persons"),
    ),
    "es": (
        *("migración laboral", "gestión de fronteras", "desplazamiento tras los huracanes"),
        *("remesas de la diáspora", "protección de refugiados", "salud de los migrantes"),
        *("trata de personas", "libre circulación de personas"),
    ),
    "fr": (
        *("migration de main-d’œuvre", "gestion des frontières", "déplacements dus aux ouragans"),
        *("envois de fonds de la diaspora", "protection des réfugiés", "santé des migrants"),
        *("traite des personnes", "libre circulation des personnes"),
    ),
    "nl": (
        *("arbeidsmigratie", "grensbeheer", "ontheemding na orkanen"),
        *("overmakingen van de diaspora", "bescherming van vluchtelingen"),
        *("gezondheid van migranten", "mensenhandel", "vrij verkeer van personen"),
    ),
}
KINDS = {
    "en": ("Report on", "Profile of", "Notes on", "Lessons from", "A survey of"),
    "es": ("Informe sobre", "Perfil de", "Apuntes sobre", "Lecciones de", "Encuesta sobre"),
    "fr": ("Rapport sur", "Profil de", "Notes sur", "Leçons tirées de", "Enquête sur"),
    "nl": ("Rapport over", "Profiel van", "Aantekeningen over", "Lessen uit", "Onderzoek naar"),
}
SENTENCES = {
    "en": (
        "This study examines {subject} in {country} between {year} and {next}.",
        "It draws on {number} interviews with households, officials and civil society.",
        "Data come from the census, administrative records and a survey of {number} persons.",
        "The findings show how {subject} has changed public policy and local economies.",
        "Women and young people are affected more than others.",
        "Recommendations address governments, employers and international organizations.",
        "The legal framework of {country} is compared with that of its neighbours.",
        "Gaps remain in coordination, statistics and access to services.",
        "A chapter discusses {other} and its links with climate change.",
    ),
    "es": (
        "Este estudio examina {subject} en {country} entre {year} y {next}.",
        "Se basa en {number} entrevistas con hogares, autoridades y sociedad civil.",
        "Los datos proceden del censo, de registros administrativos y de {number} encuestas.",
        "Los resultados muestran cómo {subject} ha cambiado las políticas públicas.",
        "Las mujeres y los jóvenes resultan más afectados que otros grupos.",
        "Las recomendaciones se dirigen a gobiernos, empleadores y organismos internacionales.",
        "El marco jurídico de {country} se compara con el de sus vecinos.",
        "Persisten lagunas en la coordinación, las estadísticas y el acceso a los servicios.",
        "Un capítulo trata {other} y su relación con el cambio climático.",
    ),
    "fr": (
        "Cette étude examine {subject} en {country} entre {year} et {next}.",
        "Elle s’appuie sur {number} entretiens avec des ménages, des autorités et la société.",
        "Les données viennent du recensement, de registres et d’une enquête de {number} personnes.",
        "Les résultats montrent comment {subject} a modifié les politiques publiques.",
        "Les femmes et les jeunes sont plus touchés que les autres.",
        "Les recommandations s’adressent aux gouvernements, aux employeurs et aux organisations.",
        "Le cadre juridique de {country} est comparé à celui de ses voisins.",
        "Des lacunes subsistent dans la coordination, les statistiques et l’accès aux services.",
        "Un chapitre traite de {other} et de ses liens avec le changement climatique.",
    ),
    "nl": (
        "Deze studie onderzoekt {subject} in {country} tussen {year} en {next}.",
        "Zij steunt op {number} gesprekken met huishoudens, ambtenaren en organisaties.",
        "De gegevens komen uit de volkstelling, registers en een enquête onder {number} personen.",
        "De bevindingen tonen hoe {subject} het overheidsbeleid heeft veranderd.",
        "Vrouwen en jongeren worden zwaarder getroffen dan anderen.",
        "De aanbevelingen zijn gericht aan regeringen, werkgevers en organisaties.",
        "Het rechtskader van {country} wordt vergeleken met dat van de buurlanden.",
        "Er blijven lacunes in coördinatie, statistiek en toegang tot diensten.",
        "Een hoofdstuk gaat over {other} en het verband met klimaatverandering.",
    ),
}


def title(chance: random.Random, language: str, country: str, number: int) -> str:
    kind, subject = chance.choice(KINDS[language]), chance.choice(SUBJECTS[language])
    return f"{kind} {subject}: {country}, {number}"


def abstract(chance: random.Random, language: str, country: str) -> str:
    """Four to eight sentences as rich text, about 80 words."""
    year = chance.randint(1990, 2020)
    said = {
        "subject": chance.choice(SUBJECTS[language]),
        "other": chance.choice(SUBJECTS[language]),
        "country": country,
        "year": year,
        "next": year + chance.randint(1, 6),
        "number": chance.randint(20, 4000),
    }
    chosen = chance.sample(SENTENCES[language], chance.randint(4, 8))
    return f"<p>{' '.join(sentence.format(**said) for sentence in chosen)}</p>"
