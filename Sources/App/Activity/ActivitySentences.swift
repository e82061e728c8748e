/// What each kind of activity did, in words.
extension Views {
  /// What an activity did, in words, such as `Marked S2 E4` or `Rated 9 of 10`.
  ///
  /// - Parameter dates: says from when to when a date was changed; without it that is left out.
  static func sentence(_ line: ActivityLine, _ t: Texts, _ scale: Scale, _ dates: Dates? = nil) -> String {
    let detail = line.detail
    let code = detail.season.flatMap { season in detail.number.map { Views.code(season, $0, t) } }
    // A season alone, or an episode of it.
    let part = code ?? detail.season.map { SeasonViews.name($0, t) }
    switch line.kind {
    case .watched:
      if let rating = detail.rating {
        let values = ["code": code ?? "", "rating": scale.shown(rating), "best": scale.best]
        return t(code == nil ? .didWatchRated : .didWatchEpisodeRated, values)
      }
      guard let code else { return t(.didWatchFilm) }
      if detail.count <= 1, detail.notAired == 0 { return t(.didWatchEpisode, ["code": code]) }
      let marked = t(.didWatchEpisodes, n: detail.count)
      return detail.notAired == 0 ? marked : marked + " " + t(.didLeaveUnaired, n: detail.notAired)
    case .unwatched where detail.count > 1: return t(.didUnwatchMany, n: detail.count)
    case .unwatched: return code.map { t(.didUnwatchEpisode, ["code": $0]) } ?? t(.didUnwatchFilm)
    case .redated: return redated(detail, code, t, dates)
    case .recounted: return t(.didRecount, n: detail.count)
    case .planned: return t(.didPlan)
    case .watching: return t(.didWatching)
    case .paused: return t(.didPause)
    case .dropped: return t(.didDrop)
    case .removed: return t(.didRemove)
    case .cleared: return t(.didClear)
    case .rated:
      let rating = ["rating": scale.shown(detail.rating ?? 0), "best": scale.best]
      return part.map { t(.didRatePart, rating.merging(["what": $0]) { $1 }) } ?? t(.didRate, rating)
    case .unrated: return part.map { t(.didUnratePart, ["what": $0]) } ?? t(.didUnrate)
    case .favoured: return t(.didFavour)
    case .unfavoured: return t(.didUnfavour)
    case .noted: return t(.didNote)
    case .skipped: return detail.count == 1 ? t(.didSkip, ["code": code ?? ""]) : t(.didSkipMany, n: detail.count)
    case .unskipped: return t(.didUnskip, ["code": code ?? ""])
    case .specialsCounted: return t(.didCountSpecials)
    case .specialsLeft: return t(.didLeaveSpecials)
    case .passBegun: return t(.didBeginPass)
    case .passEnded: return t(.didEndPass)
    case .passRenamed: return t(.didRenamePass)
    case .passDeleted: return detail.count == 0 ? t(.didDeletePass) : t(.didDeletePassPlays, n: detail.count)
    case .listMade, .listChanged, .listDeleted, .listAdded, .listRemoved, .listMoved, .listSorted, .listTransferred:
      return list(line, t)
    case .imported: return t(.didImport, n: detail.count)
    case .relinked:
      let moved = t(.didRelink, n: detail.count, ["name": detail.name ?? ""])
      return detail.notAired == 0 ? moved : moved + ". " + t(.didLeavePlays, n: detail.notAired)
    case .changedMany:
      let changed = t(.didChangeMany, n: detail.count, ["what": many(detail, t, scale)])
      return detail.notAired == 0 ? changed : changed + ". " + t(.didLeaveUnreleased, n: detail.notAired)
    }
  }

  private static func many(_ detail: ActivityDetail, _ t: Texts, _ scale: Scale) -> String {
    switch detail.act {
    case .planned: t(.manyPlanned)
    case .watching: t(.manyWatching)
    case .paused: t(.manyPaused)
    case .dropped: t(.manyDropped)
    case .removed: t(.manyRemoved)
    case .rated: t(.manyRated, ["rating": scale.shown(detail.rating ?? 0), "best": scale.best])
    case .unrated: t(.manyUnrated)
    case .favoured: t(.manyFavoured)
    case .unfavoured: t(.manyUnfavoured)
    case .listed: t(.manyListed, ["name": detail.name ?? ""])
    case .watched, nil: t(.manyWatched)
    }
  }

  /// What was done with a list; with a title it was about that title on it.
  private static func list(_ line: ActivityLine, _ t: Texts) -> String {
    let name = ["name": line.detail.name ?? ""]
    let (count, isOfTitle) = (line.detail.count, line.title != nil)
    switch line.kind {
    case .listMade: return count == 0 ? t(.didMakeList, name) : t(.didMakeListOf, n: count, name)
    case .listChanged: return t(isOfTitle ? .didNoteOnList : .didChangeList, name)
    case .listDeleted: return t(.didDeleteList, name)
    case .listAdded: return isOfTitle ? t(.didAddToList, name) : t(.didAddManyToList, n: count, name)
    case .listRemoved: return t(.didRemoveFromList, name)
    case .listMoved: return t(isOfTitle ? .didMoveOnList : .didMoveList, name)
    case .listSorted: return t(.didSortList, name)
    default: return t(.didMoveToList, name)
    }
  }

  private static func redated(_ detail: ActivityDetail, _ code: String?, _ t: Texts, _ dates: Dates?) -> String {
    let to = detail.to.flatMap { dates?.text(spelling: $0) }
    if detail.count > 1 {
      return to.map { t(.didRedateManyTo, n: detail.count, ["to": $0]) } ?? t(.didRedateMany, n: detail.count)
    }
    guard let to, let from = detail.from.flatMap({ dates?.text(spelling: $0) }) else {
      return code.map { t(.didRedateEpisode, ["code": $0]) } ?? t(.didRedate)
    }
    return code.map { t(.didRedateEpisodeFromTo, ["code": $0, "from": from, "to": to]) }
      ?? t(.didRedateFromTo, ["from": from, "to": to])
  }
}
