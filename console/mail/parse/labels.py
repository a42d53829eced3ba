# ruff: noqa: E501, RUF001 - tables of words of many languages
"""The words by which mail programs mark quoted and forwarded messages, in the languages they are sold in."""

# Labels of the header block that a program writes above a quoted or forwarded message: lower case, without colon.
FROM = (
    "from|de|von|van|da|od|от|от кого|отправитель|від|від кого|відправник|fra|från|frá|lähettäjä|feladó|saatja|no|nuo|от"
    "|expéditeur|remetente|remitente|afzender|absender|mittente|gönderen|kimden|kimden|发件人|寄件者|寄件人|差出人|送信者|보낸 사람"
    "|보낸사람|από|מאת|من|de la|expeditor|odosielateľ|odesílatel|nadawca|avsändare|avsender|afsender|šalje|подател"
)
DATE = (
    "date|sent|data|enviado|enviada|enviado el|enviada em|enviado em|fecha|datum|gesendet|envoyé|envoyé le|verzonden"
    "|inviato|data invio|wysłano|отправлено|дата|надіслано|dátum|dato|sendt|skickat|päivämäärä|päiväys|lähetetty|elküldve"
    "|odesláno|odoslané|odoslaná|dátum odoslania|kuupäev|saadetud|дата отправки|trimis|data|dată|tarih|gönderilme tarihi|gönderildi"
    "|poslano|日期|发送时间|傳送時間|發送日期|已发送|日付|日時|送信日時|날짜|보낸 날짜|ημερομηνία|תאריך|التاريخ|изпратено"
)
TO = (
    "to|para|an|à|aan|a|do|кому|pro|komu|til|till|vastaanottaja|címzett|saaja|adresát|către|kime|alıcı|destinatário"
    "|destinatario|destinataire|ricevente|收件人|收件者|宛先|받는 사람|προς|אל|إلى|za|prima|mottagare|til|kam|получатель|пoлучатель"
)
SUBJECT = (
    "subject|assunto|asunto|betreff|objet|sujet|onderwerp|oggetto|temat|тема|predmet|předmět|emne|ämne|aihe|otsikko"
    "|tárgy|teema|subiect|konu|主题|主旨|件名|제목|θέμα|נושא|الموضوع|относно|efni|tēma|predmet"
)
COPY = (
    "cc|bcc|cco|kopie|copie|copia|cópia|kopia|kopi|kopio|kópia|копия|копія|dw|udw|másolatot kap|másolat|koopia|bilgi|抄送|副本|참조"
    "|κοιν|kopija|vastauskirje|reply-to|reply to|responder a|responder para|antwort an|répondre à|antwoord aan|kia|importance"
    "|importância|prioridade|wichtigkeit|anlagen|attachments|anexos|adjuntos|pièces jointes|organization|organização|newsgroups"
)

# What stands between dashes above a quoted message.
ORIGINAL = (
    "original message|mensagem original|mensaje original|message d['’]origine|message original"
    "|ursprüngliche nachricht|originalnachricht|original-nachricht|originele bericht|oorspronkelijk bericht"
    "|messaggio originale|oryginalna wiadomość|wiadomość oryginalna|исходное сообщение|оригинальное сообщение"
    "|початкове повідомлення|opprinnelig melding|oprindelig meddelelse|ursprungligt meddelande|originalmeddelande"
    "|alkuperäinen viesti|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|mesaj original|mesajul original"
    "|orijinal mesaj|原始邮件|原始郵件|原邮件|元のメッセージ|원본 메시지|αρχικό μήνυμα|izvorna poruka|original email|original e-mail"
    "|reply message|mensagem anterior|mensaje anterior|isikirjutatud kiri"
)
FORWARDED = (
    "forwarded (?:message|e-?mail|mail|by [^\\n]{1,60})|begin forwarded message|fwd|mensagem (?:encaminhada|reencaminhada)"
    "|início da mensagem (?:encaminhada|reencaminhada)|inicio del mensaje reenviado|mensaje reenviado|reenviado"
    "|message transféré|message réexpédié|début du message (?:réexpédié|transféré)|weitergeleitete nachricht"
    "|anfang der weitergeleiteten (?:nachricht|e-?mail)|doorgestuurd bericht|begin doorgestuurd bericht"
    "|messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato|przekazana wiadomość"
    "|wiadomość przekazana|treść przekazanej wiadomości|początek przekazywanej wiadomości|początek przekazanej wiadomości"
    "|пересылаемое сообщение|пересланное сообщение|перенаправленное сообщение|переадресованное сообщение"
    "|начало переадресованного сообщения|начало пересылаемого сообщения|переслане повідомлення|початок листа, що пересилається"
    "|початок переправленого повідомлення|перенаправлене повідомлення|videresendt (?:besked|melding|meddelelse)|start på videresendt (?:besked|melding|meddelelse)"
    "|begynnelse på videresendt melding|vidarebefordrat (?:mejl|meddelande|brev)|början på vidarebefordrat (?:mejl|meddelande|brev)"
    "|vidarebefordrat mail|edelleenlähetetty viesti|välitetty viesti|edelleen lähetetty viesti|alkaa välitetty viesti|välitetyn viestin alku"
    "|přeposlaná zpráva|přeposlaný e-?mail|předaná zpráva|začátek přeposílané zprávy|začátek přeposlané zprávy|preposlaná správa|začiatok preposlanej správy"
    "|začiatok preposlanej e-mailovej správy|odoslaná správa|továbbított (?:üzenet|levél)|a továbbított levél kezdete|továbbított üzenet kezdete|edastatud (?:kiri|sõnum|e-kiri)"
    "|mesaj redirecționat|mesaj transmis mai departe|mesaj înaintat|începutul mesajului redirecționat|începe mesajul redirecționat"
    "|iletilen mesaj|iletilmiş mesaj|yönlendirilen ileti|iletilen iletinin başlangıcı|proslijeđena poruka|započni proslijeđenu poruku|posredovano sporočilo"
    "|转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|轉寄訊息|開始轉寄郵件|開始轉寄訊息|开始转发邮件|転送メッセージ|転送されたメッセージ|전달된 메시지|전달한 메시지|προωθημένο μήνυμα"
)

# The verbs of the line above a quotation: "On … Ana wrote:".
WROTE = (
    "wrote|writes|escreveu|escribió|escribio|a écrit|ha scritto|schrieb|schreef|geschreven|napisał(?:\\(?a\\)?)?|pisze|написал(?:\\(?а\\)?)?"
    "|пишет|писал(?:\\(?а\\)?)?|пише|написав|skrev|skrifaði|kirjoitti|napsal(?:\\(a\\))?|napísal(?:\\(a\\))?|írta|a scris|ezt írta|kirjutas"
    "|yazdı|şunları yazdı|写道|寫道|のメール|が書きました|は書きました|작성|님이 작성|έγραψε|napisao(?:/la)?|je napisao|je napisal|je napisala|rašė|rakstīja|na tə napisa"
    "|şunu yazdı|va escriure|idatzi du|escrebeu|viết|đã viết|menulis|написа"
)

# Prefixes of a subject.
FORWARD_PREFIXES = (
    "fwd?|fw|enc|tr|rv|reenv|wg|i|vs|vb|vl|doorst|pd|odp\\. fwd|přep|fyi|ts|edasi|továbbítás|i̇lt|ilt|转发|轉寄|转寄|προωθ|per|edst|vid|vidarebefordrat|пересл"
    "|перенаправлено|encaminhado|encaminhada|reenviado"
)
REPLY_PREFIXES = "re|res|r|aw|sv|antw|odp|rif|rép|rép|réf|vá|ynt|sv|ref|回复|答复|回覆|ответ|отв|відп|vs|bls|atb|απ"

# "Please type your reply above this line", as other desks write it.
REPLY_ABOVE = (
    "(?:type|write|reply|respond|respon\\w+|escreva|digite|escrib\\w+|contest\\w+|antwort\\w*|répond\\w+)[^\\n]{0,40}"
    "(?:above|acima|encima|arriba|oberhalb|dessus)[^\\n]{0,40}"
)

# The line that a telephone puts under a message. One of the words stands in each such line, so that few lines are looked
# at closely.
SENT_WORDS = (
    "sent get enviado enviada mensagem mensaje obter obtener obtenga baixe envoyé télécharger téléchargez obtenir gesendet diese holen inviato"
    " scarica verzonden verstuurd outlook wysłane wysłano pobierz отправлено надіслано skickat sendt lähetetty odesláno odoslané trimis"
    " gönderildi send"
)
_DEVICE = "[\\w ™®.,'’&+/\\-]{2,50}"
SENT_FROM = (
    "[ \\t*_]*(?:"
    + "|".join(
        [
            f"sent (?:from|via|with|by|using) {_DEVICE}",
            "get outlook for [\\w ]{2,20}",
            f"(?:mensagem |mensaje )?enviad[oa] (?:do|da|desde|a partir d[oae]|pel[oa]|via|com|por|con|de|usando) {_DEVICE}",
            "(?:obter o|obtener|obtenga|baixe o) outlook para [\\w ]{2,20}",
            f"envoyé (?:de|depuis|à partir d[eu]|avec|par|via) {_DEVICE}",
            "(?:télécharger|téléchargez|obtenir) outlook pour [\\w ]{2,20}",
            f"von {_DEVICE} gesendet",
            f"gesendet (?:von|mit|über|aus) {_DEVICE}",
            f"diese nachricht wurde von {_DEVICE}(?: gesendet)?",
            f"holen sie sich outlook {_DEVICE}",
            f"inviato (?:da|dal|dalla|con|tramite) {_DEVICE}",
            "scarica outlook per [\\w ]{2,20}",
            f"(?:verzonden|verstuurd) (?:vanaf|met|via|vanuit|van) {_DEVICE}",
            "outlook voor [\\w ]{2,20} downloaden",
            f"wysłan[eo] (?:z|ze|przez) {_DEVICE}",
            "pobierz outlook [\\w ]{2,20}",
            f"отправлено (?:с|из|от|через) {_DEVICE}",
            f"надіслано (?:з|із|через) {_DEVICE}",
            f"skickat från {_DEVICE}",
            f"sendt fra {_DEVICE}",
            f"lähetetty {_DEVICE}",
            f"odesl[aá]no z(?:e)? {_DEVICE}",
            f"odoslané z(?:o)? {_DEVICE}",
            f"trimis de pe {_DEVICE}",
            "[\\w’']{2,30} gönderildi",
            "发自我的[\\w ]{2,20}",
            "從我的[\\w ]{2,20}傳送",
            "\\w{2,20}から送信",
        ]
    )
    + ")"
)
