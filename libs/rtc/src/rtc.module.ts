import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { Clock } from '#kernel';
import { Config, Log, RealtimeBus } from '#platform';
import { GuestEntrance } from './guests/guest-entrance.service.ts';
import { GuestsService } from './guests/guests.service.ts';
import { JoinTokenRedemption } from './joining/join-token-redemption.ts';
import { JoinTokensService } from './joining/join-tokens.service.ts';
import { TurnCredentials } from './joining/turn-credentials.ts';
import { PreCallTestsService } from './pre-call/pre-call-tests.service.ts';
import { CallRecordsService } from './record/call-records.service.ts';
import { PresenceRecords } from './record/presence-records.ts';
import { VisitTimeline } from './record/visit-timeline.ts';
import { DatabaseRoomDirectory } from './rooms/database-room-directory.ts';
import { LeaveWithSession } from './rooms/leave-with-session.handler.ts';
import { RoomDirectory } from './rooms/room-directory.ts';
import { RoomDoor } from './rooms/room-door.ts';
import { RoomFollowsChart } from './rooms/room-follows-chart.handler.ts';
import {
  ActivateRoom,
  CloseCancelledRoom,
  CloseCompletedRoom,
  CloseMissedRoom,
  OpenRoom,
} from './rooms/room-follows-visit.handlers.ts';
import { RoomHub } from './rooms/room-hub.ts';
import { RoomRecords } from './rooms/room-records.ts';
import { RoomsService } from './rooms/rooms.service.ts';
import { RtcAccountPart } from './rtc.account-part.ts';
import { RTC_LIMITS } from './signals/limits.ts';
import { SignalPolling } from './signals/signal-polling.ts';
import { SignalsService } from './signals/signals.service.ts';
import { WaitingLines } from './waiting/waiting-lines.ts';
import { WaitingRoomService } from './waiting/waiting-room.service.ts';

/** How long TURN credentials are good for; fresh ones are pushed before they end. */
const TURN_SECONDS = 3600;

/** A failure that no participant caused. */
const report = (log: Log) => (error: unknown) => log.error({ error }, 'rtc failure');

@Module({
  imports: [AppointmentsModule, AuditModule],
  providers: [
    ActivateRoom,
    CallRecordsService,
    CloseCancelledRoom,
    CloseCompletedRoom,
    CloseMissedRoom,
    GuestEntrance,
    GuestsService,
    JoinTokenRedemption,
    JoinTokensService,
    LeaveWithSession,
    OpenRoom,
    PreCallTestsService,
    PresenceRecords,
    RoomFollowsChart,
    RoomRecords,
    RoomsService,
    RtcAccountPart,
    SignalsService,
    VisitTimeline,
    WaitingLines,
    WaitingRoomService,
    { provide: RoomDirectory, useClass: DatabaseRoomDirectory },
    {
      provide: TurnCredentials,
      useFactory: ({ env }: Config, clock: Clock) =>
        new TurnCredentials(
          env.TURN_SECRET === undefined
            ? null
            : { urls: env.TURN_URLS, secret: env.TURN_SECRET, ttlSeconds: TURN_SECONDS },
          clock,
        ),
      inject: [Config, Clock],
    },
    {
      provide: RoomHub,
      useFactory: (
        bus: RealtimeBus,
        directory: RoomDirectory,
        turn: TurnCredentials,
        clock: Clock,
        log: Log,
        { env }: Config,
      ) => {
        const limits = { ...RTC_LIMITS, pingIntervalMs: env.RTC_PING_SECONDS * 1000 };
        return new RoomHub({ bus, directory, turn, clock, report: report(log), limits });
      },
      inject: [RealtimeBus, RoomDirectory, TurnCredentials, Clock, Log, Config],
    },
    {
      provide: RoomDoor,
      useFactory: (hub: RoomHub, directory: RoomDirectory, clock: Clock, log: Log) =>
        new RoomDoor(hub, directory, clock, report(log)),
      inject: [RoomHub, RoomDirectory, Clock, Log],
    },
    {
      provide: SignalPolling,
      useFactory: (bus: RealtimeBus, directory: RoomDirectory, clock: Clock) =>
        new SignalPolling({ bus, directory, clock }),
      inject: [RealtimeBus, RoomDirectory, Clock],
    },
  ],
  exports: [
    CallRecordsService,
    GuestEntrance,
    GuestsService,
    JoinTokensService,
    PreCallTestsService,
    RoomDirectory,
    RoomDoor,
    RoomHub,
    RoomsService,
    SignalsService,
    WaitingRoomService,
  ],
})
export class RtcModule {}
