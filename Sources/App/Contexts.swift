import HTTPTypes
public import Hummingbird
import NIOCore

/// Who asks and how their pages read; worked out once by `Edge`, before any handler.
public struct Visitor: Sendable {
  /// Their session, when they are logged in.
  public var session: Session?
  /// The language of their pages.
  public var texts: Texts
  /// The client's address, for throttles and the log.
  public var address: String
  /// When the request arrived.
  public var now: Instant
  /// Whether `app.js` asks for the changed piece of a page only.
  public var wantsFragment: Bool
  /// Whether something was posted.
  public var isPost: Bool
  /// The page of ours that a POST came from.
  public var from: String?
  /// Path and query as they were asked for.
  public var path: String

  /// The person, when they are logged in.
  public var user: User? { session?.user }

  /// Where to go on after a login in between: a POST cannot be asked for again, the page it came from can.
  var resume: String { isPost ? from ?? "/" : path }
}

/// The context of every request.
public struct Visit: RequestContext {
  public var coreContext: CoreRequestContextStorage
  /// Who asks; set by `Edge`.
  public var visitor: Visitor?
  /// The socket's other end, where there is a socket.
  public let socketAddress: String?

  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    socketAddress = source.channel.remoteAddress?.ipAddress
  }

  /// Who asks, for pages that anybody may see.
  func current() throws -> Visitor {
    guard let visitor else { throw Problem(.internalServerError, .problemInternal, log: "no visitor: Edge is missing") }
    return visitor
  }
}

/// The context of a request by somebody who is logged in: without a user there is none.
public struct SignedIn: ChildRequestContext {
  public var coreContext: CoreRequestContextStorage
  /// Who asks.
  let visitor: Visitor
  /// Their session.
  let session: Session
  /// They themselves.
  var user: User { session.user }

  /// - Throws: a redirect to the login page when nobody is logged in.
  public init(context: Visit) throws {
    coreContext = context.coreContext
    visitor = try context.current()
    guard let session = visitor.session else { throw Problem.redirect(URLs.login(next: visitor.resume)) }
    self.session = session
  }
}

/// The context of a request by an administrator who gave their password lately.
public struct Administrator: ChildRequestContext {
  public var coreContext: CoreRequestContextStorage
  let visitor: Visitor
  let session: Session
  var user: User { session.user }

  /// - Throws: 404 for others, as if the page were not there; a redirect to the password question when it was long ago.
  public init(context: SignedIn) throws {
    coreContext = context.coreContext
    visitor = context.visitor
    session = context.session
    guard session.user.isAdmin else { throw Problem.notFound }
    guard visitor.now - session.confirmedAt < Session.confirmationSeconds * 1_000_000 else {
      throw Problem.redirect(URLs.confirm(next: visitor.resume))
    }
  }
}
