"""Words that only Spanish or only English has, beside spaCy's lists of common words. Decides nothing."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In spaCy's list of Spanish words, but also English, a name, or a slip of the thumb.
NOT_ONLY_SPANISH = _words(
    """
    son u o y e final va total mayor usa solo era mal van gran la las le se si sabe mas al ya da hoy ex ver
    mia mi tan haya vaya valor tal sera ahi lo el en es nos sea fui yo ello bien pas
    """
)
# What people write here and spaCy's list does not have.
SPANISH = _words(
    """
    ayuda ayudar ayudame
    ayudenme ayudeme necesito necesita necesitamos quiero quisiera queremos tengo tiene tienen puedo puede
    pueden podria debo estoy estamos siento soy somos hablo habla hablan hable hablar alguien nadie espanol
    ingles idioma gracias favor hola buenos buenas dias tardes noches adios cuesta cuestan cuanto aceptan
    seguro pagar precio terapia terapeuta terapeutas consejero consejera persona mujer hombre hijo hija
    hermano hermana madre padre esposo esposa marido novio novia amigo amiga familia pareja tomo tomar
    tomando beber bebe bebo bebiendo borracho borracha alcoholico alcoholica drogas droga drogo adicto
    adicta adiccion pastilla pastillas recai recaida dejar dejarlo miedo verguenza triste sola ansias
    ansiedad morir morirme matar matarme matarlo suicidarme vivir vida pega pego golpea violaron violo abuso
    abusaron abusan amenaza amenazo despierta respira confio confidencial privado empiezo empezar ayuden
    llamen llame llamenme llameme manana noche tarde olvidalo saltar ninguno ninguna prefiero igual entiendo
    entender direccion horario abierto abren cerca sobrio sobria cambiar segura borrar borren datos mensajes
    vergonzoso urge recaer recaigo entiende mucho mucha solita nino nina ojala desaparecer existir duele
    lastima sangre cortarme fentanilo cocaina heroina mariguana cerveza
    """
)
ENGLISH = _words(
    """
    i im ive id ill i'm i've i'd i'll it its it's that thats that's this these those they them there dont
    don't doesnt doesn't didnt didn't cant can't wont won't isnt isn't wasnt wasn't what whats what's want
    need help get got know think feel like my your you're ur u r please thanks thank hello hi hey yes yeah
    yep ok okay sure no not never someone somebody anyone drinking drink drunk drugs using pills quit
    therapist counselor talk talking speak speaks spanish english cost insurance help people one day time
    son just really kids husband wife bad good been being being much love life
    """
)
# English words that are Spanish words, too, tell nothing.
BOTH = _words("a he has me no once come can sin ten do ha van son papa mama ok")
# A greeting or thanks says little: people of both languages use them.
GREETING = _words("hola buenos buenas dias tardes noches")
COURTESY = GREETING | _words("gracias adios hasta luego muchas")
