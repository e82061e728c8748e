#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

/* Each file stands in the program itself, byte for byte, so that the program is one file. */
#define FILE_BEGIN(name) static const unsigned char name[] = {
#define FILE_END };

FILE_BEGIN(app_css)
#embed "../App/Public/app.css"
FILE_END
FILE_BEGIN(catalogue_css)
#embed "../App/Public/catalogue.css"
FILE_END
FILE_BEGIN(app_js)
#embed "../App/Public/app.js"
FILE_END
FILE_BEGIN(kept_js)
#embed "../App/Public/kept.js"
FILE_END
FILE_BEGIN(sw_js)
#embed "../App/Public/sw.js"
FILE_END
FILE_BEGIN(icon_svg)
#embed "../App/Public/icon.svg"
FILE_END
FILE_BEGIN(icon_192)
#embed "../App/Public/icons/icon-192.png"
FILE_END
FILE_BEGIN(icon_512)
#embed "../App/Public/icons/icon-512.png"
FILE_END
FILE_BEGIN(icon_mask)
#embed "../App/Public/icons/icon-mask.png"
FILE_END
FILE_BEGIN(icon_touch)
#embed "../App/Public/icons/icon-touch.png"
FILE_END
FILE_BEGIN(texts_en)
#embed "../App/Texts/en.txt"
FILE_END
FILE_BEGIN(texts_es)
#embed "../App/Texts/es.txt"
FILE_END
FILE_BEGIN(texts_de)
#embed "../App/Texts/de.txt"
FILE_END
FILE_BEGIN(films_old)
#embed "../App/Catalogue/Starter/Data/films-1920-1989.txt"
FILE_END
FILE_BEGIN(films_new)
#embed "../App/Catalogue/Starter/Data/films-1990-2026.txt"
FILE_END
FILE_BEGIN(shows_english)
#embed "../App/Catalogue/Starter/Data/shows-english.txt"
FILE_END
FILE_BEGIN(shows_world)
#embed "../App/Catalogue/Starter/Data/shows-world.txt"
FILE_END
FILE_BEGIN(common_passwords)
#embed "../App/Accounts/Data/common-passwords.txt"
FILE_END

#define ENTRY(path, bytes) { path, bytes, sizeof(bytes) }

const struct flixlist_file flixlist_files[] = {
    ENTRY("app.css", app_css),
    ENTRY("app.js", app_js),
    ENTRY("catalogue.css", catalogue_css),
    ENTRY("kept.js", kept_js),
    ENTRY("sw.js", sw_js),
    ENTRY("icon.svg", icon_svg),
    ENTRY("icon-192.png", icon_192),
    ENTRY("icon-512.png", icon_512),
    ENTRY("icon-mask.png", icon_mask),
    ENTRY("icon-touch.png", icon_touch),
    ENTRY("en.txt", texts_en),
    ENTRY("es.txt", texts_es),
    ENTRY("de.txt", texts_de),
    ENTRY("films-1920-1989.txt", films_old),
    ENTRY("films-1990-2026.txt", films_new),
    ENTRY("shows-english.txt", shows_english),
    ENTRY("shows-world.txt", shows_world),
    ENTRY("common-passwords.txt", common_passwords),
};
const long flixlist_file_count = sizeof(flixlist_files) / sizeof(flixlist_files[0]);
