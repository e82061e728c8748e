/// The texts of the pages, by name. Written by scripts/keys.sh from en.txt.
enum Key: Int, CaseIterable, Sendable {
  case skipLink, navMain, navTabs, navHome, navLibrary, navHistory, navActivity, navAbout, navKeys, navSettings
  case navAdmin, settingsOf, searchLabel, searchButton, logIn, logOut, register, save, saved, remove, removeWhat, undo
  case undoWhat, textOffline, textFailed, resultsCount, zoneBanner, zoneUseBrowser, zoneChoose, toHome, goBack, toStart
  case pagesLabel, pagePrevious, pageNext, pageNumber, pageOf, formProblem, continueButton, landingTitle, landingHead
  case landingLead, landingRegister, pointHonest, pointHonestText, pointUndo, pointUndoText, pointFast, pointFastText
  case pointYours, pointYoursText, registerLead, registerFirst, registerClosed, registerWaiting, registerLinkUsed
  case registerButton, haveAccount, noAccount, username, usernameHint, usernameLength, usernameLetters, usernameTaken
  case usernameOrEmail, emailOptional, emailHint, emailShape, password, passwordHint, passwordShort, passwordLong
  case passwordCommon, passwordName, passwordWrong, passwordCurrent, passwordNew, passwordChange, passwordChanged
  case passwordEndsOthers, loginWrong, forgotPassword, confirmHead, confirmText, resetHead, resetButton, resetGone
  case greetMorning, greetDay, greetEvening, greetNight, homeNext, homeNextEmpty, homeAllNext, homeAllNextMany
  case homeAired, homePlanned, homeAllPlanned, homeUnrated, homeAdded, homeAllAdded, homeWelcome, homeEmptyHead
  case homeEmptyText, homeEmptyExample, episodesBehind, caughtUp, kindMovie, kindShow, kindAll, kindMovies, kindShows
  case statusAll, statusWatching, statusUptodate, statusPlanned, statusCompleted, statusPaused, statusDropped
  case statusNone, statusRemove, statusClear, statusLabel, favourite, originalName, yearsEnded, directedBy, createdBy
  case castLabel, markWatched, watchedAgain, watchedEarlier, markEpisode, nextAirs, nextUnknown, allSeen, allSeenEnded
  case seenOf, skippedCount, unairedCount, seasonName, specials, markAired, markShow, markShowLabel, markSeasonLabel
  case noEpisodes, episodeCode, episodeCodeSpecial, episodeNumber, tickLabel, untickLabel, upTo, upToLabel, skippedOne
  case watchedOn, airedOn, airsOn, notAiredYet, gapMissed, gapRun, gapLater, gapMark, playsHead, playsMore, changeDate
  case change, changeWhat, whenNow, whenRelease, whenUnknown, whenDate, noteLabel, noteSave, sourceStarter, sourceOwn
  case ratingOf, ratingHead, ratingStep, ratingShort, ratingClear, ratingHundred, timesWatched, progressLabel
  case searchTitle, searchHint, searchNoneHead, searchNoneText, searchNotThere, addYourself, ownTitle, ownLead, ownName
  case ownNameError, ownYear, ownYearError, ownSeasons, ownSeasonsHint, ownSeasonsError, ownCreate, add, addWhat
  case listTitles, listDone, filterKind, filterGenre, filterSort, filterText, filterApply, genreAll, sortName
  case sortWatched, sortAdded, sortRating, sortYear, sortProgress, libraryEmptyHead, libraryEmptyText, libraryNoneHead
  case libraryNoneText, libraryShowAll, historyEmptyHead, historyEmptyText, historyOlder, historyNewest, activityLead
  case activityEmptyHead, activityEmptyText, undoneMark, answerUndone, didWatchFilm, didWatchEpisode, didWatchEpisodes
  case didLeaveUnaired, didUnwatchFilm, didUnwatchEpisode, didRedate, didRedateEpisode, didPlan, didWatching, didPause
  case didDrop, didRemove, didClear, didRate, didUnrate, didFavour, didUnfavour, didNote, settingsProfile
  case settingsPassword, settingsSessions, settingsData, displayName, displayNameError, zoneLabel, zoneHint, zoneError
  case dayEndLabel, dayEndHint, dayEndHour, dayEndError, languageLabel, themeLabel, themeSystem, themeLight, themeDark
  case scaleLabel, scaleHint, scalePoints, scaleStars, scaleHundred, singleKeysLabel, sessionsLead, sessionDevice
  case sessionAddress, sessionStarted, sessionSeen, sessionThis, sessionUnknown, sessionEnd, sessionEndLabel, exportHead
  case exportText, deleteHead, deleteText, deleteButton, lastAdmin, adminUsers, adminAccounts, adminSince, adminTitles
  case adminActions, adminMark, disabledMark, adminGive, adminTake, disableButton, enableButton, resetLinkButton
  case resetLinkFor, inviteButton, inviteLink, doorHead, doorOpen, doorInvite, doorClosed, aboutHead, aboutText
  case aboutCatalogueHead, aboutCatalogue, aboutPrivacyHead, aboutPrivacy, keysLead, keyColumn, keyDoes, keySearch
  case keyNext, keyPrevious, keyWatched, keyUndo, keyRate, keyHome, keyLibrary, keyHelp, keysOff, today, yesterday
  case tomorrow, todayHead, yesterdayHead, dateUnknown, dateUnknownHead, dateDayMonth, dateFull, dateMonth, dateTime
  case dateWeekday, month1, month2, month3, month4, month5, month6, month7, month8, month9, month10, month11, month12
  case weekday1, weekday2, weekday3, weekday4, weekday5, weekday6, weekday7, lengthMinutes, lengthHours
  case lengthHoursMinutes, genreAction, genreAdventure, genreAnimation, genreBiography, genreComedy, genreCrime
  case genreDocumentary, genreDrama, genreFamily, genreFantasy, genreHistory, genreHorror, genreMusic, genreMusical
  case genreMystery, genreNews, genreReality, genreRomance, genreScienceFiction, genreShort, genreSoap, genreSport
  case genreTalk, genreThriller, genreWar, genreWestern, headingBadRequest, headingForbidden, headingNotFound
  case headingMethod, headingConflict, headingTooLarge, headingInvalid, headingTooMany, headingUnavailable
  case headingInternal, problemNumber, problemNotFound, problemMethod, problemBadRequest, problemForm, problemCrossSite
  case problemTooLarge, problemTooMany, problemBusy, problemUnsure, problemDiskFull, problemStorage, problemUnavailable
  case problemInternal, problemPlayTarget, problemFuture, problemDate, problemStatus, problemRating, problemNoteLong
  case problemUndoOld, problemUndoNamed, problemUndoChanged, problemTooManyTitles, didRatePart, didUnratePart, didSkip
  case didSkipMany, didUnskip, didCountSpecials, didLeaveSpecials, didBeginPass, didEndPass, didRenamePass
  case didDeletePass, didDeletePassPlays, problemPassFilm, problemPassUnseen, problemPassName, skip, skipLabel, unskip
  case unskipLabel, gapSkip, specialsCount, specialsLeave, specialsHint, specialsHintOn, passesHead, passFirst
  case passAgain, passBegin, passUnderway, passEndedOn, passSeen, passEnd, passName, passRename, passDeleteKeep
  case passDeleteAll, passManage, rateSeason, rateEpisode, ratedShort, unseenOnly, unseenAll, unseenNone
  case hideUnseenLabel, seenBefore, whySummary, whyNext, whyNew, whySeason, whyPass, whyStart, whyAired, whyAiredUnknown
  case whyLast, whyLastUnknown, whyFix, whyPause, whyDrop, sourceNameStarter, sourceNameOwn, skipSeason, moreOf
  case fromHereUpTo, whyLastDay, commandHead, commandDo, commandMark, commandRate, commandRateMark, commandPlan
  case commandPause, commandDrop, commandAlsoRate, commandPart, commandAll, commandAired, commandOnDay, commandInMonth
  case commandInYear, commandTooEarly, commandHelpHead, commandHelpText, commandHelpColumn, commandHelpDoes
  case commandHelpFilm, commandHelpFilmDoes, commandHelpEpisode, commandHelpEpisodeDoes, commandHelpRange
  case commandHelpRangeDoes, commandHelpSeason, commandHelpSeasonDoes, commandHelpPlan, commandHelpPlanDoes
  case commandHelpDrop, commandHelpDropDoes, commandHelpDates, didWatchRated, didWatchEpisodeRated, problemPlayRating
  case moreSeason, navLists, didMakeList, didMakeListOf, didChangeList, didDeleteList, didAddToList, didAddManyToList
  case didRemoveFromList, didMoveOnList, didMoveList, didMoveToList, didSortList, didNoteOnList, listsLead
  case listsEmptyHead, listsEmptyText, listsAll, listNewHead, listName, listNote, listMake, listMakeWith, listCount
  case listBySmart, listBroken, listEditRule, listEmptyHead, listEmptyText, listNoneHead, listNoneText, listManage
  case listCopyLabel, listCopyName, listCopy, listSortHead, listDelete, listPosition, listMoveUp, listMoveDown
  case listClose, listItemNote, listPlace, listMove, listTop, listBottom, listOther, listCopyThere, listMoveThere
  case listRemove, listAdd, listAddTo, listSaveView, listSaveDo, listNameError, listNameTaken, listTooMany
  case listNoteError, problemListFull, problemListBulk, problemListSmart, problemListHand, problemListRule
  case problemListPlace, playNote, whenHint, whenWordNight, whenWordRelease, whenWordUnknown, whenEmpty, whenNoClock
  case whenZone, whenNoYear, whenNoMonth, whenNoDay, whenWeekday, whenTwoWays, whenFuture, historyDated, historyUndated
  case historyOfOne, historyOfTitle, historyYear, historyYearAll, historyMonth, historyMonthAll, historySource
  case historySourceAll, sourceWeb, sourceImport, playsCount, bulkLabel, bulkAll, bulkCount, bulkNothing, bulkTooMany
  case didRedateFromTo, didRedateEpisodeFromTo, didRedateMany, didRedateManyTo, didUnwatchMany, didRecount, recountHead
  case recountText, recountButton, recountNothing, didImport, importHead, importLink, importText, importHome, importLead
  case importFile, importFileHint, importButton, importLook, importNotEmptyHead, importNotEmpty, importNoFile
  case importBusy, importTooLarge, importReportHead, importLookHead, importLooked, importNothing, importWhat
  case importCount, importTitles, importPlays, importSkips, importRatings, importPasses, importLists, importOwn
  case importUnmatched, importCopied, importMore, importPassed, importAt, importAtLine, importBadJSON, importTruncated
  case importNotRecord, importNewer, importUnknown, importMissing, importTwice, importWantsText, importWantsNumber
  case importWantsTruth, importWantsList, importWantsObject, importNul, importDeep, importLong, importRange
  case importFuture, importDate, importPrecision, importRating, importValue, importReference, importFilm
  case importOpenPasses, importTooMuch, calendarTitle, calendarViews, calendarAgenda, calendarMonth, calendarEarlier
  case calendarLater, calendarFrom, calendarShow, calendarSeen, calendarRun, calendarRunSpecials, calendarReleased
  case calendarNothingToday, calendarMore, calendarCut, calendarEmptyHead, calendarEmptyText, whyShowWatching
  case whyShowPlanned, whyShowSeen, whyFilmPlanned, whyFilmSeen, whyAirs, whyReleased, whyReleases, whyLastNever
  case problemCalendarDay, settingsCalendar, feedLead, feedSecret, feedShown, feedMade, feedNone, feedMake, feedMakeNew
  case feedEnd, phoneDescription, phoneKept, phoneTaken, phoneSent, phoneWaiting, phoneRefused, phoneShow, phoneLeave
  case offlineHead, offlineText, offlineRetry, unsentHead, unsentLead, unsentWaiting, unsentRefused, unsentRefusedText
  case unsentNothing, unsentAgain, unsentTake, problemOtherUser, keySelect, keyEdit, keyCalendar, keyStatistics
  case keyEscape, keyChoose, filterMore, filterAny, filterDecade, decadeName, filterCountry, filterRuntime
  case filterRuntimeUnder, filterRuntimeRange, filterRuntimeOver, filterRating, filterUnrated, filterRatingFrom
  case filterRatingRange, filterWatched, filterWatchedIn, filterFavourites, filterNamed, filtersSet, filterRemove
  case libraryFound, libraryFoundOver, libraryReverse, libraryAsTable, libraryAsPosters, librarySelect, librarySelectEnd
  case librarySelectTitle, librarySave, librarySaveName, librarySaveIn, libraryColumns, libraryCaption, columnAdded
  case libraryBulkLabel, bulkLead, bulkStatus, bulkRate, bulkWhen, bulkWatched, bulkFavourite, bulkUnfavourite, bulkList
  case bulkAddToList, pageFirst, personTitles, personMine, personOthers, personInLibrary, personMaker, personCast
  case didChangeMany, didLeaveUnreleased, manyPlanned, manyWatching, manyPaused, manyDropped, manyRemoved, manyRated
  case manyUnrated, manyFavoured, manyUnfavoured, manyListed, manyWatched, problemManyNone, problemManyList
  case problemManyListFull, navStats, statsAll, statsThisYear, statsTwelveMonths, statsThisMonth, statsRanges, statsFrom
  case statsTo, statsShow, statsSpan, statsSince, statsUntil, statsDayError, statsNewHead, statsNewText, statsEmptyHead
  case statsEmptyText, statsInReview, statsYears, statsYearTitle, statsAllCharts, statsTopRated, statsTopTime, statsTime
  case statsHours, statsDays, statsDaysAndHours, statsPlays, statsPlayCount, statsEpisodes, statsTitles, statsTitleCount
  case statsFilms, statsShows, statsRewatches, statsWeekly, statsWeeklyPlays, statsStreak, statsCurrent, statsUndated
  case statsStraddling, statsUnknown, statsFirstAndLast, statsFirst, statsLast, statsFigures, statsChartLabel, statsMost
  case statsByMonth, statsByYear, statsByWeekday, statsByHour, statsMonth, statsYear, statsWeekday, statsHour
  case statsYearOnly, statsCoarse, statsTimeless, statsRatings, statsGenres, statsDecades, statsDecade, statsCountries
  case statsMakers, statsCast, statsLongestShows, statsRewatched, weekdayShort1, weekdayShort2, weekdayShort3
  case weekdayShort4, weekdayShort5, weekdayShort6, weekdayShort7, scoreOf, certificate, translatedName, trailer
  case offersHead, offersChange, offersNone, offersSource, offerStream, offerFree, offerAds, offerRent, offerBuy
  case serviceMine, relatedHead, partOf, sourceTMDB, sourceIMDb, sourceAsOf, sourceGone, refreshButton, fetchComing
  case fetchFailed, problemNoToken, problemTokenConfigured, seenFilms, adminCatalogue, tokenText, tokenSet, tokenMissing
  case tokenConfigured, tokenLabel, tokenHint, tokenImpossible, tokenRefused, tokenRemove, queueHead, queueStored
  case queueDue, queueFailing, queueNewest, queueOldest, queueAsked, queueFailed, queueProblems, queueWhat, queueWhy
  case queueTimes, queueAgain, queueRetry, settingsWatching, watchingText, countryLabel, countriesKnown, countriesOther
  case servicesLabel, servicesNone, aboutTMDB, aboutJustWatch, aboutIMDb, goneEpisode, searchPeople, searchPerson
  case searchWithout, castHead, collectionFilms, personBorn, personDied, discoverTitle, discoverPick, discoverAnother
  case discoverAll, discoverLists, discoverForYou, discoverTrending, discoverNew, discoverTop, discoverComing
  case discoverPopular, discoverFits, discoverMine, discoverLanguage, discoverWatch, discoverDismiss
  case discoverDismissWhat, discoverDismissed, discoverBecauseRated, discoverBecauseSeen, discoverHowContent
  case discoverHowWatched, discoverHowRelated, discoverReasonTrending, discoverReasonTop, discoverReasonNew
  case discoverReasonOut, discoverReasonAiring, discoverReasonComing, discoverReasonPopular, discoverNothingYet
  case discoverNoneForYou, discoverNoCharts, discoverNoServices, discoverNoneHead, discoverNoneText, relinkLink
  case relinkHead, relinkLead, relinkSearch, relinkNone, relinkNothing, relinkChoose, relinkChooseWhat, relinkAsk
  case relinkPlays, relinkRest, relinkStay, relinkPartsStay, relinkMerge, relinkMove, relinkElse, relinkOther, didRelink
  case didLeavePlays, orderOthers, orderLead, orderEpisodes
}
